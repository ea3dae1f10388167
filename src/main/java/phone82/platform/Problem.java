package phone82.platform;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A request that is refused, with what was wrong and what the caller can do: an RFC 9457 problem.
 * It is thrown where the rule is broken and answered once, at the HTTP edge.
 */
public class Problem extends RuntimeException {

    private final int status;
    private final String title;
    private final List<Fault> faults;
    private final Map<String, Object> headers = new LinkedHashMap<>();

    /** One thing wrong with a request: where it is (a field, a parameter) and what was expected there. */
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
