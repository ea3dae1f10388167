package phone82.command;

import com.fasterxml.jackson.databind.JsonNode;
import org.springframework.core.env.PropertyResolver;
import phone82.platform.api.Json;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The command {@code rebuild-history}: rebuilds customer's view from the event logs of app, pay and store. */
public final class RebuildHistory extends OperatorCommand {

    /** As the first argument of the launcher. */
    public static final String NAME = "rebuild-history";

    private final String run = UUID.randomUUID().toString();
    private long read;

    private RebuildHistory(PropertyResolver properties, PrintStream out) {
        super(properties, out);
    }

    /**
     * @param arguments those of the launcher: the command's name and {@code --name=value} properties
     * @return the exit code: 0 the view is rebuilt, 2 wrong arguments, a context does not answer, or another rebuild has begun
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        List<String> words = words(NAME, arguments);
        if (!words.isEmpty()) {
            err.println("phone82: " + NAME + " does not know " + words + "; --help shows its arguments.");
            return 2;
        }
        return run(properties -> {
            try {
                new RebuildHistory(properties, out).rebuild();
                return 0;
            } catch (Stop e) {
                err.println("phone82: " + e.getMessage() + (e.status == 409 ? "" : " Repeat the command: it continues where it stopped."));
                return 2;
            }
        }, err, arguments);
    }

    private void rebuild() {
        JsonNode places = ask("POST", "customer", "/rebuild", Map.of("run", run)).path("places");
        for (String source : PUBLISHERS) {
            feed(source, places.path(source));
        }
        switchOver();
        while (ask("DELETE", "customer", "/rebuild?run=" + run).path("deleted").asInt() > 0) {
            progress.update("deleting the second view");
        }
    }

    private void feed(String source, JsonNode place) {
        out.println(source + ": reading its log " + (place.isMissingNode() ? "from the beginning" : "from place " + place));
        for (JsonNode page : pages("GET", source, "/events?size=200", place.isMissingNode() ? "" : "&after=" + place)) {
            if (!page.path("items").isEmpty()) {
                ask("POST", "customer", "/rebuild/events", Map.of("run", run, "source", source, "events", page.path("items")));
            }
            read += page.path("items").size();
            progress.update(source + ": " + read + " events read in total");
        }
    }

    private void switchOver() {
        long compared = 0;
        long changed = 0;
        long unlogged = 0;
        JsonNode answer = Json.MAPPER.nullNode();
        do {
            answer = ask("POST", "customer", "/rebuild/switch", answer.has("next") ? Map.of("run", run, "before", answer.path("next").asLong()) : Map.of("run", run));
            compared += answer.path("compared").asLong();
            changed += answer.path("changed").asLong();
            unlogged += answer.path("unlogged").asLong();
            progress.update(compared + " orders compared, " + changed + " changed");
        } while (answer.has("next"));
        out.println(read + " events read, " + compared + " orders compared, " + changed + " changed"
                + (unlogged == 0 ? "" : "; for " + unlogged + " the view had events that the logs do not contain (too old) or that are newer than this run; they are kept"));
    }
}
