package phone82.platform.http;

import io.vertx.core.buffer.Buffer;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Message;
import org.hsqldb.error.ErrorCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.Correlation;
import phone82.platform.Json;
import phone82.platform.Problem;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Answers what went wrong as RFC 9457 {@code application/problem+json}; never with a name from our code. */
public class Problems {

    public static final String MEDIA_TYPE = "application/problem+json";

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    /** What HikariCP says of a connection that it has taken back. */
    private static final String TAKEN_BACK = "Connection is closed";

    /** Turns the exception that the exchange was caught with into its answer. */
    public void answer(Exchange exchange) {
        write(exchange, exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class));
    }

    /** Makes the failure the answer of the exchange. */
    public static void write(Exchange exchange, Throwable thrown) {
        Problem problem = of(thrown);
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
        json.put("detail", problem.getMessage());
        List<Problem.Fault> faults = problem.faults();
        if (!faults.isEmpty()) {
            json.put("errors", faults);
        }
        json.put("correlationId", Correlation.id(Correlation.current()));
        return Json.bytes(json);
    }

    private static Problem of(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof Problem problem) {
                return problem;
            }
            if (cause instanceof SQLException failure && isUnreachable(failure)) {
                LOG.warn("The database does not answer: {}", failure.toString());
                return new Problem(503, "Temporarily unavailable",
                        "The shop cannot look into its books at the moment. Try again in 5 s; with an Idempotency-Key nothing is done twice.")
                        .header("Retry-After", 5);
            }
        }
        LOG.error("Unexpected failure", thrown);
        return new Problem(500, "Internal error",
                "The request could not be processed. Try again; if it goes on, tell the operator the correlation id.");
    }

    /**
     * By the classes of SQLSTATE: 08 connection, 53 resources, 57 the server shuts down; the pool has no connection left, or has taken
     * back one that broke, and so the rollback of what it was for fails. HSQLDB has a code of its own for a table that cannot grow.
     */
    private static boolean isUnreachable(SQLException failure) {
        return failure instanceof SQLTransientConnectionException
                || failure.getErrorCode() == -ErrorCode.DATA_FILE_IS_FULL
                || failure.getSQLState() == null && TAKEN_BACK.equals(failure.getMessage())
                || failure.getSQLState() != null && failure.getSQLState().matches("(08|53|57).*");
    }
}
