package phone82.platform.event;

import jakarta.jms.IllegalStateException;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.util.ErrorHandler;
import phone82.platform.log.RareLog;
import phone82.platform.persistence.DatabaseProbe;

import java.sql.SQLException;
import java.time.Duration;
import java.util.regex.Pattern;

/** Logs events that were rolled back and that the broker will deliver again. */
public class RedeliveryLogger implements ErrorHandler {

    private static final Logger LOG = LoggerFactory.getLogger(RedeliveryLogger.class);

    /** SQLSTATE of a unique key that another transaction has just inserted, or of a deadlock or serialisation failure. */
    private static final Pattern CONFLICT = Pattern.compile("23505|40.*");

    private final RareLog rareLog = new RareLog(LOG, Duration.ofMinutes(1));

    @Override
    public void handleError(Throwable failure) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(failure);
        if (isConflict(failure)) {
            LOG.debug("Conflict with another transaction; the event will be delivered again: {}", cause.getMessage());
        } else if (DatabaseProbe.isUnavailable(failure)) {
            rareLog.warn("database", "The database is unavailable, so events wait and are tried again: {}", cause.toString());
        } else if (ExceptionUtils.indexOfType(failure, IllegalStateException.class) >= 0) {
            rareLog.warn("broker", "The broker has closed the session, so events are received again: {}", cause.toString());
        } else {
            LOG.warn("An event failed; the broker delivers it again, up to phone82.events.attempts times, then it is a dead letter: {}", cause.toString());
        }
    }

    private static boolean isConflict(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OptimisticLockingFailureException) {
                return true;
            }
            if (cause instanceof SQLException conflict && conflict.getSQLState() != null) {
                return CONFLICT.matcher(conflict.getSQLState()).matches();
            }
        }
        return false;
    }
}
