package phone82.platform.disk;

import org.apache.commons.lang3.function.FailableSupplier;
import org.hsqldb.lib.EventLogInterface;
import org.hsqldb.lib.FileAccess;
import org.hsqldb.lib.FileUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;

/**
 * HSQLDB's file access, made durable. HSQLDB only logs a warning if writing a commit fails, and the commit returns. Here a commit returns
 * only when it is on the disk: a failed write is retried until it succeeds.
 */
class DurableFiles implements FileAccess {

    private static final Logger LOG = LoggerFactory.getLogger(DurableFiles.class);

    private static final int PAUSE_MILLIS = 100;

    private final FileAccess files = FileUtil.getFileUtil();
    private final Object pause = new Object();
    private volatile boolean closing;
    private volatile boolean failed;
    private volatile String waitsFor;

    /** Returns why a commit waits for the disk, or null. */
    String waitsFor() {
        return waitsFor;
    }

    /** Returns whether a write has failed for good. */
    boolean haveFailed() {
        return failed;
    }

    /** Stops retrying: from now on a failed write throws an exception. */
    void close() {
        closing = true;
        synchronized (pause) {
            pause.notifyAll();
        }
    }

    /** Retries until the attempt succeeds. Interrupts are deferred, because HSQLDB is in the middle of a commit. */
    private <T> T untilDone(String name, FailableSupplier<T, IOException> attempt) {
        boolean waited = false;
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return attempt.get();
                } catch (IOException e) {
                    if (closing) {
                        // before HSQLDB releases its locks, and shows others what is not on the disk
                        failed = true;
                        throw new UncheckedIOException(name + " cannot be written", e);
                    }
                    if (!waited) {
                        waited = true;
                        waitsFor = name + " cannot be written: " + e.getMessage();
                        LOG.error("{} cannot be written ({}). Commits wait until it can; free some space on its disk", name, e.getMessage());
                    }
                }
                interrupted |= pause();
            }
        } finally {
            if (waited) {
                waitsFor = null;
                LOG.info("Commits no longer wait for {}", name);
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean pause() {
        synchronized (pause) {
            try {
                pause.wait(PAUSE_MILLIS);
                return false;
            } catch (InterruptedException e) {
                return true;
            }
        }
    }

    @Override
    public OutputStream openOutputStreamElement(String name) {
        return untilDone(name, () -> new DurableFile(name, false));
    }

    @Override
    public OutputStream openOutputStreamElementAppend(String name) {
        return untilDone(name, () -> new DurableFile(name, true));
    }

    @Override
    public FileSync getFileSync(OutputStream file) {
        return (DurableFile) file;
    }

    /** Buffers writes until they are synced. A failed sync is retried with its writes, because the operating system may have dropped them. */
    private final class DurableFile extends OutputStream implements FileSync {

        private final String name;
        private final RandomAccessFile file;
        private final ByteArrayOutputStream unsynced = new ByteArrayOutputStream();
        private long synced;

        DurableFile(String name, boolean append) throws IOException {
            this.name = name;
            file = new RandomAccessFile(name, "rw");
            if (!append) {
                file.setLength(0);
            }
            synced = file.length();
        }

        @Override
        public void write(int b) {
            unsynced.write(b);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            unsynced.write(bytes, from, length);
        }

        @Override
        public void sync() {
            if (unsynced.size() == 0) {
                return;
            }
            untilDone(name, () -> {
                file.seek(synced);
                file.write(unsynced.toByteArray());
                file.getFD().sync();
                return null;
            });
            synced += unsynced.size();
            unsynced.reset();
        }

        @Override
        public void close() throws IOException {
            sync();
            file.close();
        }
    }

    @Override
    public InputStream openInputStreamElement(String name) throws IOException {
        return files.openInputStreamElement(name);
    }

    @Override
    public boolean isStreamElement(String name) {
        return files.isStreamElement(name);
    }

    @Override
    public void createParentDirs(String name) {
        files.createParentDirs(name);
    }

    @Override
    public boolean removeElement(String name) {
        return files.removeElement(name);
    }

    @Override
    public boolean renameElement(String from, String to) {
        return files.renameElement(from, to);
    }

    @Override
    public boolean renameElementOrCopy(String from, String to, EventLogInterface log) {
        return files.renameElementOrCopy(from, to, log);
    }
}
