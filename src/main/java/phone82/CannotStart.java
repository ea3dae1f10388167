package phone82;

import com.sun.management.UnixOperatingSystemMXBean;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.internal.exception.FlywayMigrateException;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import phone82.platform.api.Printable;
import phone82.platform.persistence.MigrationFailed;
import phone82.platform.settings.WrongSettings;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;

/** A context cannot start. The message is one line that names the obstacle and how to remove it. */
class CannotStart extends RuntimeException {

    /** All contexts in one JVM hold more than 300 open files before the first request. */
    private static final long MIN_OPEN_FILES = 512;
    static final String TOO_FEW_FILES = "the limit of open files is too low, at least " + MIN_OPEN_FILES + " are needed; raise it (ulimit -n).";
    private static final int MAX_LENGTH = 300;

    CannotStart(String line) {
        super(line, null, true, false);
    }

    /** Whether the limit of open files is too low. Jars, databases and connections would otherwise fail to open with misleading errors. */
    static boolean tooFewFilesAllowed() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system && system.getMaxFileDescriptorCount() < MIN_OPEN_FILES;
    }

    /** Explains why the operator's port did not start: it is in use, or a setting is wrong. */
    static CannotStart operations(RuntimeException failure) {
        return NestedExceptionUtils.getMostSpecificCause(failure) instanceof BindException taken
                ? new CannotStart("operations: its port cannot be opened (" + taken.getMessage() + "); stop the program that listens there, or set "
                + "management.server.port to another port.") : from("operations", failure);
    }

    static CannotStart from(Context context, RuntimeException failure) {
        return from(context.id(), failure);
    }

    /** Finds the known obstacle in the causes of a failure; otherwise uses the innermost message. */
    private static CannotStart from(String context, RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CannotStart known) {
                return known;
            }
            if (cause instanceof WrongSettings) {
                return new CannotStart(cause.getMessage());
            }
            if (cause instanceof IllegalArgumentException && String.valueOf(cause.getMessage()).startsWith("phone82.")) {
                return new CannotStart(context + ": " + cause.getMessage());
            }
            if (cause instanceof IOException && String.valueOf(cause.getMessage()).contains("No space left")) {
                return new CannotStart(context + ": the disk of its data folder is full (" + cause.getMessage()
                        + "); make room there, or set phone82.data to another folder.");
            }
            if (cause instanceof IOException && String.valueOf(cause.getMessage()).contains("Too many open files")) {
                return new CannotStart(context + ": too many files are open; raise the limit (ulimit -n).");
            }
            if (cause instanceof MigrationFailed || cause instanceof FlywayMigrateException) {
                return new CannotStart(context + ": the migration " + (cause instanceof FlywayMigrateException failed ? failed.getMigration().getScript() : cause.getMessage())
                        + " failed (" + reason(NestedExceptionUtils.getMostSpecificCause(cause)) + "); remove the cause and start again, which completes it.");
            }
            if (cause instanceof FlywayException) {
                return new CannotStart(context + ": its tables cannot be brought up to date ("
                        + NestedExceptionUtils.getMostSpecificCause(cause).getMessage().lines().findFirst().orElse("")
                        + "); the database must be empty or belong to phone82, and phone82." + context + ".database.user must own it.");
            }
        }
        LoggerFactory.getLogger(CannotStart.class).debug("{} cannot start", context, failure);
        return new CannotStart(context + ": cannot start (" + reason(NestedExceptionUtils.getMostSpecificCause(failure))
                + "); --logging.level.phone82=debug shows where.");
    }

    /** Describes a failure in one short line without class names. */
    static String reason(Throwable failure) {
        String what = failure instanceof AccessDeniedException ? "no permission"
                : failure instanceof NoSuchFileException ? "it does not exist"
                : failure instanceof NotDirectoryException || failure instanceof FileAlreadyExistsException ? "a file is in its way"
                : failure instanceof ReadOnlyFileSystemException ? "it is read-only"
                : failure instanceof FileSystemException file && file.getReason() != null ? file.getReason()
                : failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        String line = Printable.line(what.lines().findFirst().orElse("").replaceAll("\\b(?:[a-z][\\w-]*\\.){2,}(?=[A-Z])", ""));
        return line.length() > MAX_LENGTH ? line.substring(0, MAX_LENGTH) + "..." : line;
    }
}
