package phone82.platform.audit;

import ch.qos.logback.core.ContextBase;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.recovery.RecoveryListener;
import ch.qos.logback.core.recovery.ResilientOutputStreamBase;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import phone82.platform.disk.PrivateFolder;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The file to which a process appends its entries. Old files are numbered by day, and deleted when their time is over. */
final class AuditFile extends RollingFileAppender<String> {

    static final String SUFFIX = ".jsonl";
    private static final String LOCK = ".lock";

    private final Path folder;
    private final String name;
    private final Duration keep;
    private final FileChannel lock;
    private final Consumer<Exception> failed;
    private final Runnable recovered;

    /** Searches for old files one after the other: two at once can delete files that are not old. */
    private static final class Context extends ContextBase {

        private final ThreadPoolExecutor searches = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                BasicThreadFactory.builder().namingPattern("audit-old-files").daemon(true).build());

        private Context() {
            searches.allowCoreThreadTimeOut(true);
        }

        @Override
        public ExecutorService getAlternateExecutorService() {
            return searches;
        }
    }

    private AuditFile(Path folder, String name, Duration keep, FileChannel lock, Consumer<Exception> failed, Runnable recovered) {
        this.folder = folder;
        this.name = name;
        this.keep = keep;
        this.lock = lock;
        this.failed = failed;
        this.recovered = recovered;
    }

    /**
     * @param name      name of the process; a second one of the same name gets a number
     * @param failed    called when a write fails
     * @param recovered called when writes succeed again
     */
    static AuditFile open(Path folder, String name, AuditSettings settings, Consumer<Exception> failed, Runnable recovered) throws IOException {
        PrivateFolder.create(folder);
        String free = name;
        FileChannel lock = lock(folder, free);
        for (int number = 2; lock == null; number++) {
            free = name + "_" + number;
            lock = lock(folder, free);
        }
        AuditFile file = new AuditFile(folder, free, settings.keep(), lock, failed, recovered);
        ContextBase context = new Context();
        file.setContext(context);
        file.setFile(folder.resolve(free + SUFFIX).toString());
        LayoutWrappingEncoder<String> lines = new LayoutWrappingEncoder<>();
        lines.setCharset(UTF_8);
        lines.setLayout(new LayoutBase<>() {
            @Override
            public String doLayout(String line) {
                return line + "\n";
            }
        });
        file.setEncoder(lines);
        SizeAndTimeBasedRollingPolicy<String> policy = new SizeAndTimeBasedRollingPolicy<>();
        policy.setContext(context);
        policy.setParent(file);
        policy.setFileNamePattern(folder.resolve(free).toString().replace("%", "\\%") + ".%d{yyyy-MM-dd, UTC}.%i" + SUFFIX);
        policy.setMaxFileSize(new FileSize(settings.fileSize().toBytes()));
        policy.setMaxHistory((int) Math.max(1, settings.keep().toDays()));
        policy.setTotalSizeCap(new FileSize(settings.totalSize().toBytes()));
        policy.setCleanHistoryOnStart(true);
        policy.start();
        file.setRollingPolicy(policy);
        file.start();
        if (!file.isStarted()) {
            lock.close();
            throw new IOException(context.getStatusManager().getCopyOfStatusList().stream().filter(status -> status.getThrowable() != null)
                    .map(status -> status.getThrowable().toString()).findFirst().orElse("it cannot be opened"));
        }
        file.deleteDrafts();
        file.deleteOldOfOthers();
        return file;
    }

    /** A process of this name ended while it rewrote a file. */
    private void deleteDrafts() {
        try {
            AuditFiles.deleteDrafts(folder, name);
        } catch (IOException e) {
            addWarn("drafts cannot be deleted", e);
        }
    }

    /** The policy deletes only files of this name. */
    private void deleteOldOfOthers() {
        try {
            AuditFiles.deleteOld(folder, this, Instant.now().minus(keep));
        } catch (IOException e) {
            addWarn("old files cannot be deleted", e);
        }
    }

    @Override
    public void rollover() {
        super.rollover();
        deleteOldOfOthers();
    }

    /** Returns null if another process appends to the files of this name. */
    static FileChannel lock(Path folder, String name) throws IOException {
        return PrivateFolder.tryLock(folder.resolve(name + LOCK));
    }

    String name() {
        return name;
    }

    @Override
    public void openFile(String file) throws IOException {
        super.openFile(file);
        PrivateFolder.ownerAlone(Path.of(file));
        ((ResilientOutputStreamBase) getOutputStream()).addRecoveryListener(new RecoveryListener() {
            @Override
            public void newFailure(IOException failure) {
                failed.accept(failure);
            }

            @Override
            public void recoveryOccured() {
                recovered.run();
            }
        });
    }

    /** Rewrites the open file; entries that come meanwhile wait. */
    long rewrite(UnaryOperator<String> change) throws IOException {
        streamWriteLock.lock();
        try {
            closeOutputStream();
            try {
                return AuditFiles.rewrite(Path.of(getFile()), change);
            } finally {
                openFile(getFile());
            }
        } finally {
            streamWriteLock.unlock();
        }
    }

    @Override
    public void stop() {
        super.stop();
        try {
            lock.close();
        } catch (IOException e) {
            addWarn("the lock cannot be released", e);
        }
    }
}
