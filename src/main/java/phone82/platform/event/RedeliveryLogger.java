package phone82.platform.event;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.ErrorHandler;

import java.sql.SQLException;
import java.util.regex.Pattern;

/** Tells of an event that was rolled back and that the broker will deliver again. */
public class RedeliveryLogger implements ErrorHandler {

    private static final Logger LOG = LoggerFactory.getLogger(RedeliveryLogger.class);

    /** SQLSTATE of a row that another transaction created, or locked the other way round, in the same moment. */
    private static final Pattern IN_EACH_OTHERS_WAY = Pattern.compile("23505|40.*");

    @Override
    public void handleError(Throwable failure) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
        if (isConflict(failure)) {
            LOG.info("Another transaction was quicker; the event is handled again: {}", cause.getMessage());
        } else {
            LOG.warn("The event is delivered again, or given up: {}", cause.toString());
        }
    }

    private static boolean isConflict(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException conflict && conflict.getSQLState() != null) {
                return IN_EACH_OTHERS_WAY.matcher(conflict.getSQLState()).matches();
            }
        }
        return false;
    }
}
