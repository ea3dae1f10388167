package phone82.platform.event;

import org.apache.camel.ProducerTemplate;
import phone82.platform.event.DeadLetters.Letter;
import phone82.platform.event.DeadLetters.Outcome;
import phone82.platform.event.DeadLetters.Report;
import phone82.platform.repair.Repair;

import java.util.ArrayList;
import java.util.List;

/** Replays dead letters from the operator's port, by the route that also the API of the context uses. */
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
        if (id != null) {
            return result(deadLetters.reportOne(replay(deadLetters.find(id))));
        }
        List<Outcome> outcomes = new ArrayList<>();
        deadLetters.waiting(MOST, null).forEach(letter -> outcomes.add(replay(letter)));
        return result(deadLetters.report(outcomes, MOST, null));
    }

    private static Result result(Report report) {
        return new Result(report.replayed(), report.failed().size(), report.next() != null);
    }

    private Outcome replay(Letter letter) {
        return camel.requestBody("direct:try-dead-letter", letter, Outcome.class);
    }
}
