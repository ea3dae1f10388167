package phone82.command;

import org.springframework.core.env.PropertyResolver;
import phone82.command.Report.Breach;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * The repair of {@code reconcile --repair}, limited to harmless actions: published events are sent again, which consumers that have them
 * ignore, and the view is rebuilt from the logs. Orders that app or store has lost are left alone: store would ship what was shipped or is cancelled.
 */
final class Repair extends OperatorCommand {

    private static final int ORDERS = 200;

    private Repair(PropertyResolver properties, PrintStream out) {
        super(properties, out);
    }

    /** Returns the orders that it can repair: those with a wrong view or a missing event, unless app or store has lost them. */
    static List<Long> orders(Report report) {
        return report.breaches().stream().filter(Breach::mendable).map(Breach::order).distinct().toList();
    }

    /** @return the exit code: 0 done, 2 a context does not answer */
    static int perform(PrintStream out, PrintStream err, List<Long> orders, String... options) {
        int exitCode = run(properties -> {
            try {
                new Repair(properties, out).sendAgain(orders);
                return 0;
            } catch (Stop e) {
                err.println("phone82: " + e.getMessage());
                return 2;
            }
        }, err, options);
        return exitCode != 0 ? exitCode : RebuildHistory.main(out, err, options);
    }

    private void sendAgain(List<Long> orders) {
        for (int i = 0; i < orders.size(); i += ORDERS) {
            Map<String, Object> request = Map.of("orders", orders.subList(i, Math.min(orders.size(), i + ORDERS)));
            PUBLISHERS.forEach(context -> out.println(context + ": " + ask("POST", context, "/events/replay", request).path("replayed").asLong()
                    + " events sent again"));
        }
    }
}
