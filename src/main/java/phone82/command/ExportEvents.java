package phone82.command;

import com.fasterxml.jackson.databind.JsonNode;
import org.springframework.core.env.PropertyResolver;

import java.io.PrintStream;

/** The command {@code export-events}: prints published events, each as a line of JSON. */
public final class ExportEvents extends OperatorCommand {

    /** As the first argument of the launcher. */
    public static final String NAME = "export-events";

    private ExportEvents(PropertyResolver properties, PrintStream out) {
        super(properties, out);
    }

    /**
     * @param arguments those of the launcher: the command's name, a context, the start (a time or an event's id), and {@code --name=value} properties
     * @return the exit code: 0 done, 2 wrong arguments, a context does not answer, or the output cannot be written
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        Published published = published(NAME, err, arguments);
        if (published == null) {
            return 2;
        }
        return run(properties -> {
            try {
                ExportEvents command = new ExportEvents(properties, out);
                published.contexts().forEach(context -> command.export(context, published.since()));
                return 0;
            } catch (Stop e) {
                err.println("phone82: " + e.getMessage());
                return 2;
            }
        }, err, arguments);
    }

    private void export(String context, long since) {
        for (JsonNode page : pages("GET", context, "/events?size=200", "&since=" + since)) {
            page.path("items").forEach(out::println);
            if (out.checkError()) {
                throw new Stop(2, "the events could not be written; is the disk full?");
            }
        }
    }
}
