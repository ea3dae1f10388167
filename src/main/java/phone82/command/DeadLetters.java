package phone82.command;

import com.fasterxml.jackson.databind.JsonNode;
import org.springframework.core.env.PropertyResolver;
import phone82.platform.api.Printable;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** The command {@code dead-letters}: lists events that the contexts could not process, and replays them. */
public final class DeadLetters extends OperatorCommand {

    /** As the first argument of the launcher. */
    public static final String NAME = "dead-letters";

    static final List<String> CONTEXTS = List.of("app", "pay", "store", "customer");

    private int failures;

    private DeadLetters(PropertyResolver properties, PrintStream out) {
        super(properties, out);
    }

    /**
     * @param arguments those of the launcher: the command's name, {@code list} or {@code replay}, a context, an id, and
     *                  {@code --name=value} properties
     * @return the exit code: 0 done, 1 a replayed event failed again or does not exist, 2 wrong arguments, or a context does not answer
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        List<String> words = words(NAME, arguments);
        String action = words.isEmpty() ? "list" : words.get(0);
        List<String> contexts = words.size() < 2 ? CONTEXTS : List.of(words.get(1));
        if (words.size() > 3 || !List.of("list", "replay").contains(action) || !CONTEXTS.containsAll(contexts)) {
            return usage(err, NAME, "list or replay, one of " + CONTEXTS + ", and an id", words);
        }
        return run(properties -> {
            int exitCode = 0;
            DeadLetters command = new DeadLetters(properties, out);
            for (String context : contexts) {
                try {
                    command.run(action, context, words.size() < 3 ? null : words.get(2));
                } catch (Stop e) {
                    err.println("phone82: " + e.getMessage());
                    exitCode = Math.max(exitCode, e.exitCode);
                }
            }
            return command.failures > 0 ? Math.max(exitCode, 1) : exitCode;
        }, err, arguments);
    }

    private void run(String action, String context, String id) {
        if (action.equals("list")) {
            if (id == null) {
                list(context);
            } else {
                out.println(ask("GET", context, "/dead-letters/" + id).toPrettyString());
            }
        } else if (id == null) {
            replayAll(context);
        } else {
            ask("POST", context, "/dead-letters/" + id + "/replay");
            out.println(context + ": " + id + " is replayed");
        }
    }

    private void list(String context) {
        int count = 0;
        for (JsonNode page : pages("GET", context, "/dead-letters?size=200", "")) {
            for (JsonNode letter : page.path("items")) {
                count++;
                out.println(Printable.line(String.format(Locale.ROOT, "%-9s%s  %s  order %s  since %s  %s", context, letter.path("id").asText(),
                        letter.path("type").asText("-"), letter.path("orderId").asText("-"), letter.path("since").asText("-"),
                        letter.path("cause").asText())));
            }
        }
        out.println(context + ": " + count + (count == 1 ? " dead letter" : " dead letters"));
    }

    private void replayAll(String context) {
        int replayed = 0;
        int failed = 0;
        int gone = 0;
        for (JsonNode report : pages("POST", context, "/dead-letters/replay?size=100", "")) {
            replayed += report.path("replayed").asInt();
            gone += report.path("gone").asInt();
            for (JsonNode letter : report.path("failed")) {
                failed++;
                out.printf(Locale.ROOT, "%-9s%s  failed again: %s%n", context, letter.path("id").asText(), letter.path("cause").asText());
            }
        }
        failures += failed;
        out.println(context + ": " + replayed + " replayed" + (failed == 0 ? "" : ", " + failed + " failed again and stay")
                + (gone == 0 ? "" : ", " + gone + " replayed by somebody else"));
    }
}
