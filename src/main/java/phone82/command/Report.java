package phone82.command;

import java.util.List;

/**
 * What a comparison of all contexts found.
 *
 * @param orders   how many orders there were to compare
 * @param breaches promises that are broken, the newest order first
 * @param moving   orders that break nothing, but for which not all was over yet, the newest first
 * @param skipped  what was not compared, and why; null if everything was
 */
public record Report(long orders, List<Breach> breaches, List<Moving> moving, String skipped) {

    public Report(long orders, List<Breach> breaches, List<Moving> moving) {
        this(orders, breaches, moving, null);
    }

    private static final int MOVING_SHOWN = 20;

    /**
     * One broken promise.
     *
     * @param promise  its number, as in {@code --help}
     * @param statuses where the order stands in each context
     */
    public record Breach(long order, String promise, String what, String statuses) {
    }

    /** An order for which something is still to come. */
    public record Moving(long order, String statuses) {
    }

    Report without(String what) {
        return new Report(orders, breaches, moving, what);
    }

    /** The report as it is printed. */
    public String text() {
        StringBuilder text = new StringBuilder();
        if (!breaches.isEmpty()) {
            text.append(String.format("%-18s%-9s%s%n", "order", "promise", "what is wrong"));
            breaches.forEach(breach -> text.append(String.format("%-18d%-9s%s (%s)%n",
                    breach.order, breach.promise, breach.what, breach.statuses)));
            text.append(String.format("breaches: %d, in %d orders%n", breaches.size(), orders));
        } else if (moving.isEmpty()) {
            text.append(String.format("all %d orders agree%n", orders));
        } else {
            text.append(String.format("no breach in %d orders%n", orders));
        }
        if (!moving.isEmpty()) {
            text.append(String.format("still moving, which is no breach: %d%n", moving.size()));
            moving.stream().limit(MOVING_SHOWN).forEach(each -> text.append(String.format("%-18d%s%n", each.order, each.statuses)));
            if (moving.size() > MOVING_SHOWN) {
                text.append(String.format("and %d older ones%n", moving.size() - MOVING_SHOWN));
            }
        }
        if (skipped != null) {
            text.append(String.format("not compared: %s%n", skipped));
        }
        return text.toString();
    }
}
