package phone82.operations;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.Json;
import phone82.platform.Problem;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Answers what is refused, and what fails, as a problem. */
class ProblemFilter extends Filter {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemFilter.class);

    @Override
    public void doFilter(HttpExchange request, Chain chain) throws IOException {
        try {
            chain.doFilter(request);
        } catch (Problem problem) {
            answer(request, problem);
        } catch (RuntimeException e) {
            LOG.error("{} cannot be answered", Audit.printable(request.getRequestURI().getPath()), e);
            answer(request, new Problem(500, "Internal error", "The log of this process says what happened."));
        }
    }

    private static void answer(HttpExchange request, Problem problem) throws IOException {
        problem.headers().forEach((name, value) -> request.getResponseHeaders().set(name, String.valueOf(value)));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", "about:blank");
        json.put("title", problem.title());
        json.put("status", problem.status());
        json.put("detail", problem.getMessage());
        Operations.answer(request, problem.status(), "application/problem+json", Json.bytes(json));
    }

    @Override
    public String description() {
        return "problems as JSON";
    }
}
