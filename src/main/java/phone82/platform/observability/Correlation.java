package phone82.platform.observability;

import org.slf4j.MDC;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The id that correlates an order in HTTP, topics, logs and the timeline: the trace id of a W3C {@code traceparent}. It is bound to the
 * thread that processes the request or event.
 */
public final class Correlation {

    /** Name of the HTTP header and of the message property. */
    public static final String TRACEPARENT = "traceparent";

    private static final String TRACE_ID = "traceId";
    private static final String ORDER_ID = "orderId";
    private static final Pattern VALID = Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private Correlation() {
    }

    /** Continues the caller's trace, or begins a new one if it sent none or a malformed one. */
    public static String begin(String traceparent) {
        String current = valid(traceparent);
        MDC.put(TRACEPARENT, current);
        MDC.put(TRACE_ID, id(current));
        MDC.remove(ORDER_ID);
        return current;
    }

    /** Continues the trace, as {@link #begin(String)}, with work on an order. */
    public static void begin(String traceparent, String orderId) {
        begin(traceparent);
        about(orderId);
    }

    /** Returns the caller's trace, or a new one if it sent none or a malformed one. */
    public static String valid(String traceparent) {
        return traceparent != null && VALID.matcher(traceparent).matches() ? traceparent : random();
    }

    /** Adds the order's id to the log lines of the current work. */
    public static void about(String orderId) {
        MDC.put(ORDER_ID, orderId);
    }

    public static void end() {
        MDC.remove(TRACEPARENT);
        MDC.remove(TRACE_ID);
        MDC.remove(ORDER_ID);
    }

    /** Returns the current {@code traceparent}; a new one if there is none. */
    public static String current() {
        String current = MDC.get(TRACEPARENT);
        return current != null ? current : begin(null);
    }

    /** The correlation id (32 hex digits) within a {@code traceparent}. */
    public static String id(String traceparent) {
        return traceparent.substring(3, 35);
    }

    private static String random() {
        byte[] bytes = new byte[24];
        RANDOM.nextBytes(bytes);
        bytes[0] |= 1;
        bytes[16] |= 1;
        String hex = HexFormat.of().formatHex(bytes);
        return "00-" + hex.substring(0, 32) + "-" + hex.substring(32) + "-01";
    }
}
