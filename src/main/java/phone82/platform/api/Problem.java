package phone82.platform.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An RFC 9457 problem: the reason why a request is refused, and what the caller can do. It is thrown where a rule is violated, and turned
 * into a response in one place.
 */
public class Problem extends RuntimeException {

    private final int status;
    private final String title;
    private final List<Fault> faults;
    private final Map<String, Object> headers = new LinkedHashMap<>();
    private long retryAfter;

    /** One fault of a request: its field or parameter, and what was expected. */
    public record Fault(String field, String message) {
    }

    public Problem(int status, String title, String detail, List<Fault> faults) {
        super(detail, null, false, false);
        this.status = status;
        this.title = title;
        this.faults = faults;
    }

    public Problem(int status, String title, String detail) {
        this(status, title, detail, List.of());
    }

    public static Problem notFound(String what, Object id) {
        return new Problem(404, "Not found", "There is no " + what + " " + id + ".");
    }

    public Problem header(String name, Object value) {
        headers.put(name, value);
        return this;
    }

    /**
     * The client may try again: adds {@code Retry-After}, and says so in the detail.
     *
     * @param seconds after how many
     */
    public Problem retryAfter(long seconds) {
        retryAfter = seconds;
        return header("Retry-After", seconds);
    }

    /** After how many seconds the client may try again; 0 if it is not said. */
    public long retryAfter() {
        return retryAfter;
    }

    /** What is wrong, and when to try again. */
    public String detail() {
        return retryAfter == 0 ? getMessage() : getMessage() + " Try again in " + retryAfter + " s.";
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    public List<Fault> faults() {
        return faults;
    }

    public Map<String, Object> headers() {
        return headers;
    }
}
