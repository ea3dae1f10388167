package phone82.command;

import java.util.List;
import java.util.Locale;

/**
 * The result of a comparison of all contexts.
 *
 * @param orders   number of orders compared
 * @param breaches broken promises, newest order first
 * @param moving   orders in progress that break no promise, newest first
 * @param skipped  what was not compared, and why; null if everything was compared
 */
public record Report(long orders, List<Breach> breaches, List<Moving> moving, String skipped) {

    private static final int MOVING_SHOWN = 20;

    /**
     * One broken promise.
     *
     * @param promise  number of the promise, as in {@code --help}
     * @param statuses the order's status in each context
     * @param mendable whether it can be mended without harm by rebuilding the view, or by sending the order's events again
     */
    public record Breach(long order, String promise, String what, String statuses, boolean mendable) {
    }

    /** An order in progress. */
    public record Moving(long order, String statuses) {
    }

    /** The orders whose breaches {@code --repair} may mend, newest first. */
    List<Long> mendable() {
        return breaches.stream().filter(Breach::mendable).map(Breach::order).distinct().toList();
    }

    Report without(String what) {
        return new Report(orders, breaches, moving, what);
    }

    /** Formats the report for printing. */
    public String text() {
        StringBuilder text = new StringBuilder();
        if (!breaches.isEmpty()) {
            text.append(String.format(Locale.ROOT, "%-18s%-9s%s%n", "order", "promise", "what is wrong"));
            breaches.forEach(breach -> text.append(String.format(Locale.ROOT, "%-18d%-9s%s (%s)%n",
                    breach.order, breach.promise, breach.what, breach.statuses)));
            text.append(String.format(Locale.ROOT, "breaches: %d, in %d orders%n", breaches.size(), orders));
        } else if (moving.isEmpty()) {
            text.append(String.format(Locale.ROOT, "all %d orders agree%n", orders));
        } else {
            text.append(String.format(Locale.ROOT, "no breach in %d orders%n", orders));
        }
        if (!moving.isEmpty()) {
            text.append(String.format(Locale.ROOT, "still moving, which is no breach: %d%n", moving.size()));
            moving.stream().limit(MOVING_SHOWN).forEach(each -> text.append(String.format(Locale.ROOT, "%-18d%s%n", each.order, each.statuses)));
            if (moving.size() > MOVING_SHOWN) {
                text.append(String.format(Locale.ROOT, "and %d older ones%n", moving.size() - MOVING_SHOWN));
            }
        }
        if (skipped != null) {
            text.append(String.format(Locale.ROOT, "not compared: %s%n", skipped));
        }
        return text.toString();
    }
}
