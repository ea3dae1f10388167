package phone82.platform.event;

import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import phone82.platform.api.Problem;
import phone82.platform.event.DeadLetters.Report;
import phone82.platform.observability.Correlation;
import phone82.platform.repair.Repair;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Replays dead letters from the operator's port, by the routes of the API of the context. */
record DeadLetterRepair(DeadLetters deadLetters, ProducerTemplate camel) implements Repair {

    private static final int STEP = 100;
    /** The operator's page waits twice as long. */
    private static final Duration TIME = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "dead-letters";
    }

    @Override
    public List<Item> waiting(int most) {
        return deadLetters.waiting(most, null).stream().map(letter -> new Item(letter.id(), letter.orderId(), letter.type(), letter.since(), letter.cause())).toList();
    }

    @Override
    public Result repair(String id) {
        if (id != null) {
            return new Result(replay("direct:process-dead-letter", Map.of("id", id, Correlation.TRACEPARENT, Correlation.current())).replayed(), 0, false);
        }
        long end = System.nanoTime() + TIME.toNanos();
        int replayed = 0;
        int failed = 0;
        String next = "0";
        do {
            Report report = replay("direct:process-dead-letters", Map.of("size", STEP, "after", next, Correlation.TRACEPARENT, Correlation.current()));
            replayed += report.replayed();
            failed += report.failed().size();
            next = report.next();
        } while (next != null && System.nanoTime() < end);
        return new Result(replayed, failed, next != null);
    }

    private Report replay(String route, Map<String, Object> headers) {
        try {
            return camel.requestBodyAndHeaders(route, null, headers, Report.class);
        } catch (CamelExecutionException e) {
            throw e.getCause() instanceof Problem problem ? problem : e;
        }
    }
}
