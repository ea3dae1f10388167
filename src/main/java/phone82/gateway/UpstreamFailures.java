package phone82.gateway;

import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.slf4j.LoggerFactory;
import phone82.platform.api.Problem;
import phone82.platform.http.OneRepetition;
import phone82.platform.http.Problems;
import phone82.platform.log.RareLog;
import phone82.platform.observability.Correlation;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;

/** Answers requests whose upstream context is unreachable, does not answer in time or has too many requests already. */
public class UpstreamFailures {

    private final RareLog rareLog = new RareLog(LoggerFactory.getLogger(UpstreamFailures.class), Duration.ofSeconds(10));

    public void unavailable(Exchange exchange) {
        Throwable cause = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        Correlation.begin(exchange.getMessage().getHeader(Correlation.TRACEPARENT, String.class));
        String upstream = exchange.getVariable("upstream", String.class);
        rareLog.warn(upstream, "{} does not answer (in time): {}", upstream, cause.toString());
        // the first attempt of a repeated request may have had its effect
        Problems.write(exchange, OneRepetition.isFailureOf(cause) ? problem("Temporarily unavailable", "unavailable", 5)
                : cause instanceof ConnectionRequestTimeoutException ? problem("Too busy", "overloaded", 1)
                : isNotConnected(cause) ? problem("Unavailable", "unavailable", 5)
                : problem("Temporarily unavailable", "unavailable", 5));
        Correlation.end();
    }

    /** Whether the request was not passed on, and so cannot have had any effect. */
    private static boolean isNotConnected(Throwable cause) {
        return cause instanceof ConnectException || cause instanceof ConnectTimeoutException || cause instanceof UnknownHostException;
    }

    private static Problem problem(String title, String state, int seconds) {
        return new Problem(503, title, "This part of the shop is " + state + " at the moment.").retryAfter(seconds);
    }
}
