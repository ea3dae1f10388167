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
