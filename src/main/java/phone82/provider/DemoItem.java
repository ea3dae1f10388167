package phone82.provider;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Items whose names ask for a certain behaviour, for demonstrations; each concerns its own order alone. */
record DemoItem(String item) {

    private static final Pattern SLOW = Pattern.compile("sim-slow-(\\d{1,5})");
    private static final Pattern CAPTURE_AWAY = Pattern.compile("sim-capture-away-(\\d{1,3})");

    /** Why its authorisation is declined; null if it is not. */
    String authorisationCode() {
        return switch (item) {
            case "sim-decline" -> "card_declined";
            case "sim-fail" -> "issuer_unavailable";
            default -> null;
        };
    }

    /** How long its authorisation takes. */
    Duration authorisationTime() {
        Matcher slow = SLOW.matcher(item);
        return slow.matches() ? Duration.ofMillis(Long.parseLong(slow.group(1))) : Duration.ZERO;
    }

    boolean isCaptureDeclined() {
        return item.equals("sim-capture-refused");
    }

    /** How many attempts at its capture stay undecided. */
    int undecidedCaptures() {
        Matcher away = CAPTURE_AWAY.matcher(item);
        return away.matches() ? Integer.parseInt(away.group(1)) : 0;
    }

    boolean isRefundable() {
        return !item.equals("sim-refund-refused");
    }

    boolean isRefundDeclined() {
        return item.equals("sim-refund-refused") || item.equals("sim-refund-fails");
    }
}
