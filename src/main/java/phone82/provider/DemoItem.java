package phone82.provider;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An item whose name selects a behaviour of the provider for demonstrations. It affects only its own order. */
record DemoItem(String item) {

    private static final Pattern SLOW = Pattern.compile("sim-slow-(\\d{1,5})");
    private static final Pattern CAPTURE_AWAY = Pattern.compile("sim-capture-away-(\\d{1,3})");

    /** The code with which its authorisation is declined; null if it is not. */
    String authorisationCode() {
        return switch (item) {
            case "sim-decline" -> "card_declined";
            case "sim-fail" -> "issuer_unavailable";
            default -> null;
        };
    }

    /** The duration of its authorisation. */
    Duration authorisationTime() {
        Matcher slow = SLOW.matcher(item);
        return slow.matches() ? Duration.ofMillis(Long.parseLong(slow.group(1))) : Duration.ZERO;
    }

    boolean isCaptureDeclined() {
        return item.equals("sim-capture-refused");
    }

    /** The number of attempts at its capture that stay undecided. */
    int undecidedCaptures() {
        Matcher undecided = CAPTURE_AWAY.matcher(item);
        return undecided.matches() ? Integer.parseInt(undecided.group(1)) : 0;
    }

    boolean isRefundable() {
        return !item.equals("sim-refund-refused");
    }

    boolean isRefundDeclined() {
        return item.equals("sim-refund-refused") || item.equals("sim-refund-fails");
    }
}
