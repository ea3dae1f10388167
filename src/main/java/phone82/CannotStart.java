package phone82;

import org.flywaydb.core.api.FlywayException;
import org.springframework.core.NestedExceptionUtils;

import java.io.IOException;
import java.net.BindException;

/** Why a context cannot start, in one line that names the obstacle and the way out. */
class CannotStart extends RuntimeException {

    CannotStart(String line) {
        super(line, null, false, false);
    }

    /** The operator's port cannot be opened. */
    static RuntimeException operations(RuntimeException failure) {
        return NestedExceptionUtils.getMostSpecificCause(failure) instanceof BindException taken
                ? new CannotStart("operations: its port cannot be opened (" + taken.getMessage() + "); stop what listens there, or set "
                + "management.server.port to another port.") : failure;
    }

    /** The known obstacle within a failure, or the failure itself. */
    static RuntimeException or(Context context, RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CannotStart known) {
                return known;
            }
            if (cause instanceof IllegalArgumentException && String.valueOf(cause.getMessage()).startsWith("phone82.")) {
                return new CannotStart(context.id() + ": " + cause.getMessage());
            }
            if (cause instanceof IOException && String.valueOf(cause.getMessage()).contains("No space left")) {
                return new CannotStart(context.id() + ": the disk of its data folder is full (" + cause.getMessage()
                        + "); make room there, or set phone82.data to another folder.");
            }
            if (cause instanceof FlywayException) {
                return new CannotStart(context.id() + ": its tables cannot be brought up to date ("
                        + NestedExceptionUtils.getMostSpecificCause(cause).getMessage().lines().findFirst().orElse("")
                        + "); the database must be empty or of this program, and phone82." + context.id() + ".database.user its owner.");
            }
        }
        return failure;
    }
}
