package phone82.provider;

import io.vertx.core.http.HttpConnection;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import phone82.platform.api.Problem;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** The failures of the simulated provider on demand. */
public class Faults {

    /** Longer than pay waits for any answer. */
    private static final long HANG_MILLIS = 10_000;
    private static final String CONNECTION = "connection";

    private final List<Armed> armed = new ArrayList<>();
    private Random random = new Random();

    private static final class Armed {
        private final Fault fault;
        private int skip;
        private int left;

        Armed(Fault fault) {
            this.fault = fault;
            this.skip = fault.skip() == null ? 0 : fault.skip();
            this.left = fault.count() == null ? Integer.MAX_VALUE : fault.count();
        }
    }

    /** The requested failures, in the order in which they are tried. */
    public record Wanted(List<Fault> faults, Long seed) {
    }

    /** Replaces all failures. */
    public synchronized Wanted set(@Body Wanted wanted) {
        armed.clear();
        wanted.faults().forEach(fault -> armed.add(new Armed(fault)));
        random = wanted.seed() == null ? new Random() : new Random(wanted.seed());
        return left();
    }

    /** The failures that are still to come. */
    public synchronized Wanted left() {
        return new Wanted(armed.stream().filter(each -> each.left > 0).map(each -> new Fault(each.fault.operation(), each.fault.kind(),
                each.left == Integer.MAX_VALUE ? null : each.left, each.skip, each.fault.millis(), each.fault.maxMillis(),
                each.fault.probability())).toList(), null);
    }

    public synchronized Wanted clear() {
        armed.clear();
        return left();
    }

    /** The failure that affects this call. */
    public synchronized Fault next(@Header("operation") String operation) {
        String called = operation == null ? "lookup" : operation;
        for (Armed each : armed) {
            if (each.left > 0 && each.fault.concerns(called)
                    && (each.fault.probability() == null || random.nextDouble() < each.fault.probability())) {
                if (each.skip > 0) {
                    each.skip--;
                } else {
                    if (each.left != Integer.MAX_VALUE) {
                        each.left--;
                    }
                    return each.fault;
                }
            }
        }
        return Fault.NONE;
    }

    /** How long the call hangs before it fails, ms. */
    public long hang(@Variable("fault") Fault fault) {
        return fault.kind() == Fault.Kind.hang ? HANG_MILLIS : 0;
    }

    /** @throws Problem for the failures that happen before the provider acts */
    public void fail(@Variable("fault") Fault fault, Exchange exchange) {
        HttpConnection connection = exchange.getMessage(HttpMessage.class).getRequest().connection();
        exchange.setVariable(CONNECTION, connection);
        switch (fault.kind()) {
            case refuse -> throw new Problem(503, "Unavailable", "The provider is not available.");
            case error -> throw new Problem(500, "Failed", "The provider failed.");
            case close, hang -> {
                connection.close();
                throw new Problem(503, "Unavailable", "The connection is closed.");
            }
            default -> { }
        }
    }

    /** How long the answer is delayed, ms. */
    public synchronized long delay(@Variable("fault") Fault fault) {
        if (fault.kind() != Fault.Kind.delay) {
            return 0;
        }
        long least = fault.millis() == null ? 0 : fault.millis();
        return fault.maxMillis() == null || fault.maxMillis() <= least ? least : least + random.nextLong(fault.maxMillis() - least + 1);
    }

    /** Replaces or drops the answer after the provider has acted. */
    public void spoil(@Variable("fault") Fault fault, Exchange exchange) {
        switch (fault.kind()) {
            case lose -> exchange.getVariable(CONNECTION, HttpConnection.class).close();
            case garbage -> {
                exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "text/html");
                exchange.getMessage().setBody("<html><body>502 Bad Gateway");
            }
            default -> { }
        }
    }
}
