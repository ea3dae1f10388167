package phone82;

import com.sun.management.UnixOperatingSystemMXBean;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import phone82.platform.Printable;
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

/** Why a context cannot start, in one line that names the obstacle and the way out. */
class CannotStart extends RuntimeException {

    /** All contexts in one JVM have more than 300 open before the first customer comes. */
    private static final long FILES = 512;
    static final String FEW_FILES = "too few files may be open at once, " + FILES + " are needed at least; raise the limit (ulimit -n).";
    private static final int LONGEST = 300;

    CannotStart(String line) {
        super(line, null, false, false);
    }

    /** Jars, databases and connections are open files, and each failure to open one would look like another fault. */
    static boolean filesAreFew() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system && system.getMaxFileDescriptorCount() < FILES;
    }

    /** The operator's port cannot be opened, or a setting is wrong. */
    static CannotStart operations(RuntimeException failure) {
        return NestedExceptionUtils.getMostSpecificCause(failure) instanceof BindException taken
                ? new CannotStart("operations: its port cannot be opened (" + taken.getMessage() + "); stop what listens there, or set "
                + "management.server.port to another port.") : or("operations", failure);
    }

    static CannotStart or(Context context, RuntimeException failure) {
        return or(context.id(), failure);
    }

    /** The known obstacle within a failure, or its innermost message. */
    private static CannotStart or(String context, RuntimeException failure) {
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
            if (cause instanceof FlywayException) {
                return new CannotStart(context + ": its tables cannot be brought up to date ("
                        + NestedExceptionUtils.getMostSpecificCause(cause).getMessage().lines().findFirst().orElse("")
                        + "); the database must be empty or of this program, and phone82." + context + ".database.user its owner.");
            }
        }
        LoggerFactory.getLogger(CannotStart.class).debug("{} cannot start", context, failure);
        return new CannotStart(context + ": cannot start (" + reason(NestedExceptionUtils.getMostSpecificCause(failure))
                + "); --logging.level.phone82=debug shows where.");
    }

    /** What happened, in one short line without the names of classes. */
    static String reason(Throwable failure) {
        String what = failure instanceof AccessDeniedException ? "no permission"
                : failure instanceof NoSuchFileException ? "it is not there"
                : failure instanceof NotDirectoryException || failure instanceof FileAlreadyExistsException ? "a file is in its way"
                : failure instanceof ReadOnlyFileSystemException ? "it is read-only"
                : failure instanceof FileSystemException file && file.getReason() != null ? file.getReason()
                : failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
        String line = Printable.line(what.lines().findFirst().orElse("").replaceAll("\\b(?:[a-z][\\w-]*\\.){2,}(?=[A-Z])", ""));
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
    }
}
