package phone82.platform.http;

import io.vertx.core.buffer.Buffer;
import jakarta.jms.JMSException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.OptimisticLockingFailureException;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.log.RareLog;
import phone82.platform.observability.Correlation;
import phone82.platform.persistence.DatabaseProbe;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns exceptions into log lines and RFC 9457 {@code application/problem+json} responses, which never reveal names from the code. */
public class Problems {

    public static final String MEDIA_TYPE = "application/problem+json";

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private static final String UNEXPECTED = "Unexpected failure";

    private final RareLog rareLog = new RareLog(LOG, Duration.ofMinutes(1));

    /** SQLSTATE of a statement that an operator or a time limit of the database has ended. */
    private static final String CANCELLED = "57014";

    /** Turns the exception caught in the exchange into its response. */
    public void answer(Exchange exchange) {
        write(exchange, exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class));
    }

    /** Logs the exception caught in an exchange that no caller waits for: its cause, and a stack trace only of a fault of the program. */
    public void log(Exchange exchange) {
        if (comesAgain(exchange)) {
            return;
        }
        Throwable thrown = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        if (ObjectHelper.getException(OptimisticLockingFailureException.class, thrown) != null) {
            LOG.debug("Another transaction was first; the next run does what is left: {}", NestedExceptionUtils.getMostSpecificCause(thrown).toString());
        } else if (isTemporary(thrown)) {
            rareLog.warn(String.valueOf(exchange.getFromRouteId()), "The run failed, and is repeated (for a minute no further failure of this route is logged): {}",
                    NestedExceptionUtils.getMostSpecificCause(thrown).toString());
        } else {
            LOG.error(UNEXPECTED, thrown);
        }
    }

    /** Whether the consumer fails, too, and has its failure handled by the route's error handler in an exchange of its own. */
    private static boolean comesAgain(Exchange exchange) {
        return exchange.getFromEndpoint() instanceof DefaultEndpoint consumed && consumed.isBridgeErrorHandler()
                && exchange.getProperty(ExchangePropertyKey.ERRORHANDLER_BRIDGE) == null;
    }

    /** Writes the exception as the response of the exchange. */
    public static void write(Exchange exchange, Throwable thrown) {
        Problem problem = of(thrown, exchange);
        RetryTimes times = exchange.getContext().getRegistry().lookupByNameAndType("retryTimes", RetryTimes.class);
        if (problem.status() == 503 && problem.retryAfter() > 0 && times != null) {
            problem.retryAfter(times.next(problem.retryAfter()));
        }
        Message message = exchange.getMessage();
        problem.headers().forEach(message::setHeader);
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, problem.status());
        message.setHeader(Exchange.CONTENT_TYPE, MEDIA_TYPE);
        message.setBody(Buffer.buffer(body(problem)));
    }

    static byte[] body(Problem problem) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", "about:blank");
        json.put("title", problem.title());
        json.put("status", problem.status());
        json.put("detail", problem.detail());
        List<Problem.Fault> faults = problem.faults();
        if (!faults.isEmpty()) {
            json.put("errors", faults);
        }
        json.put("correlationId", Correlation.id(Correlation.current()));
        return Json.bytes(json);
    }

    /**
     * Whether the failure ends by itself: another server or the network fails, or another transaction was first. A server that refuses the request
     * (4xx) would refuse it again.
     */
    public static boolean isTemporary(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpOperationFailedException answer) {
                return answer.getStatusCode() >= 500 || answer.getStatusCode() == 429;
            }
            if (cause instanceof IOException || cause instanceof JMSException
                    || cause instanceof ConcurrencyFailureException || cause instanceof SQLException failure && failsForNow(failure)) {
                return true;
            }
        }
        return false;
    }

    private static Problem of(Throwable thrown, Exchange exchange) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return problem;
            }
            if (cause instanceof ConcurrencyFailureException) {
                LOG.info("Another transaction was first: {}", cause.toString());
                return new Problem(503, "Temporarily unavailable",
                        "Another request changed the same at the same moment. With an Idempotency-Key nothing is done twice.").retryAfter(1);
            }
            if (cause instanceof SQLException failure && failsForNow(failure)) {
                exchange.getContext().getRegistry().lookupByNameAndType("problems", Problems.class).rareLog.warn("database",
                        "The database does not answer, so requests are answered 503 until it does (for a minute no further one is logged): {}", cause.toString());
                return new Problem(503, "Temporarily unavailable",
                        "The shop's database is not available at the moment. With an Idempotency-Key nothing is done twice.").retryAfter(5);
            }
        }
        LOG.error(UNEXPECTED, thrown);
        return new Problem(500, "Internal error",
                "The request could not be processed. Try again; if it fails repeatedly, report the correlation id to the operator.");
    }

    private static boolean failsForNow(SQLException failure) {
        return DatabaseProbe.isOutage(failure) || CANCELLED.equals(failure.getSQLState());
    }
}
