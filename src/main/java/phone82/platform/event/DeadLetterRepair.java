package phone82.platform.event;

import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import phone82.platform.api.Problem;
import phone82.platform.event.DeadLetters.Report;
import phone82.platform.repair.Repair;

import java.util.List;

/** Replays dead letters from the operator's port, by the routes of the API of the context. */
class DeadLetterRepair implements Repair {

    private static final int MOST = 100;

    private final DeadLetters deadLetters;
    private final ProducerTemplate camel;

    DeadLetterRepair(DeadLetters deadLetters, ProducerTemplate camel) {
        this.deadLetters = deadLetters;
        this.camel = camel;
    }

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
        Report report = id == null ? replay("direct:process-dead-letters", "size", MOST) : replay("direct:process-dead-letter", "id", id);
        return new Result(report.replayed(), report.failed().size(), report.next() != null);
    }

    private Report replay(String route, String header, Object value) {
        try {
            return camel.requestBodyAndHeader(route, null, header, value, Report.class);
        } catch (CamelExecutionException e) {
            throw e.getCause() instanceof Problem problem ? problem : e;
        }
    }
}
