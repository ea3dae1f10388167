package phone82.command;

import com.fasterxml.jackson.databind.JsonNode;
import org.springframework.core.env.PropertyResolver;

import java.io.PrintStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The command {@code replay-events}: makes the contexts publish their events again, for a broker that lost them. */
public final class ReplayEvents extends OperatorCommand {

    /** As the first argument of the launcher. */
    public static final String NAME = "replay-events";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Most orders in one request. */
    private static final int ORDERS = 200;
    /** Before the next orders are named, at most this many events wait for the broker, because new events wait behind them. */
    private static final long WAITING = 2000;

    private ReplayEvents(PropertyResolver properties, PrintStream out) {
        super(properties, out);
    }

    /**
     * @param arguments those of the launcher: the command's name, a context, the start (a time or an event's id), and {@code --name=value} properties
     * @return the exit code: 0 the broker has all events, 1 the broker does not accept them, 2 wrong arguments, or a context does not answer
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        Published published = published(NAME, err, arguments);
        if (published == null) {
            return 2;
        }
        return run(properties -> {
            ReplayEvents command = new ReplayEvents(properties, out);
            try {
                for (String context : published.contexts()) {
                    command.replay(context, Map.of("since", published.since()), 0);
                }
                return 0;
            } catch (Stop e) {
                err.println("phone82: " + e.getMessage() + " Then repeat the command: an event that is sent twice takes effect only once.");
                return e.exitCode;
            }
        }, err, arguments);
    }

    /**
     * Makes the contexts publish the events of some orders again.
     *
     * @return the exit code: 0 the broker has nearly all events, 1 the broker does not accept them, 2 a context does not answer
     */
    static int ofOrders(PrintStream out, PrintStream err, List<Long> orders, String... options) {
        return run(properties -> {
            ReplayEvents command = new ReplayEvents(properties, out);
            for (int i = 0; i < orders.size(); i += ORDERS) {
                for (String context : PUBLISHERS) {
                    command.replay(context, Map.of("orders", orders.subList(i, Math.min(orders.size(), i + ORDERS))), WAITING);
                }
            }
            return 0;
        }, err, options);
    }

    /** @param left number of events that the broker need not have at the end */
    private void replay(String context, Map<String, Object> first, long left) {
        Map<String, Object> request = new HashMap<>(first);
        long replayed = 0;
        long moved = System.nanoTime();
        long waiting = Long.MAX_VALUE;
        long place = Long.MIN_VALUE;
        while (true) {
            JsonNode answer = ask("POST", context, "/events/replay", request);
            replayed += answer.path("replayed").asLong();
            boolean all = !answer.has("next");
            boolean advanced = !all && answer.path("next").asLong() > place;
            if (advanced || answer.path("waiting").asLong() < waiting || answer.path("replayed").asLong() > 0) {
                moved = System.nanoTime();
            }
            waiting = answer.path("waiting").asLong();
            if (all && waiting <= left) {
                out.println(context + ": " + replayed + (replayed == 1 ? " event" : " events") + " sent again");
                return;
            }
            request.put("until", answer.path("until").asLong());
            place = answer.path(all ? "until" : "next").asLong();
            request.put("after", place);
            if (System.nanoTime() - moved > PATIENCE.toNanos()) {
                throw new Stop(1, context + ": " + waiting + " events are waiting, and the broker accepts none; check that it runs and that its disk is not full.");
            }
            progress.update(context + ": " + replayed + " events so far, " + waiting + " of them not with the broker yet");
            if (!advanced) {
                pause();
            }
        }
    }
}
