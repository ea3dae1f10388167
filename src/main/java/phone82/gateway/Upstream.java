package phone82.gateway;

import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.Problem;
import phone82.platform.http.Problems;

/** What the gateway says when the context behind it does not answer. */
public class Upstream {

    private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

    public void unavailable(Exchange exchange) {
        LOG.warn("{} does not answer: {}", exchange.getProperty("upstream"),
                exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT));
        Problems.write(exchange, new Problem(503, "Temporarily unavailable",
                "This part of the shop is away at the moment. Try again in 5 s.").header("Retry-After", 5));
    }
}
