package phone82.command;

import org.springframework.core.env.PropertyResolver;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The command {@code assign-orders}: gives the orders without an owner in a file to customers. */
public final class AssignOrders extends OperatorCommand {

    /** As the first argument of the launcher. */
    public static final String NAME = "assign-orders";

    /** An order's id and a subject, which may contain commas and is no guest's. */
    private static final Pattern LINE = Pattern.compile(" *([1-9][0-9]{0,18}) *, *(?!guest:)([\\x21-\\x7E&&[^\"]]{1,255}) *");

    /** App does not accept the subject. */
    private static final int INVALID = 422;

    private record Assignment(String order, String subject) {
    }

    private AssignOrders(PropertyResolver properties, PrintStream out) {
        super(properties, out);
    }

    /**
     * @param arguments those of the launcher: the command's name, a file, and {@code --name=value} properties
     * @return the exit code: 0 all orders have their owner, 1 app refused some, 2 wrong arguments or lines, or app does not answer
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        List<String> words = words(NAME, arguments);
        if (words.size() != 1) {
            return usage(err, NAME, "one file", words);
        }
        return run(properties -> new AssignOrders(properties, out).assign(read(words.get(0))), err, arguments);
    }

    /** Reads the whole file, so that nothing is assigned if a line is wrong. */
    private static List<Assignment> read(String file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(Path.of(file));
        } catch (IOException | InvalidPathException e) {
            throw new Stop(2, file + " cannot be read as a text file in UTF-8 (" + e + ").");
        }
        List<Assignment> assignments = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher line = LINE.matcher(lines.get(i));
            if (line.matches()) {
                assignments.add(new Assignment(line.group(1), line.group(2)));
            } else if (!lines.get(i).isBlank()) {
                throw new Stop(2, "line " + (i + 1) + " of " + file + " is not an order's id, a comma and a customer's subject without spaces and quotation marks; "
                        + "nothing is assigned.");
            }
        }
        return assignments;
    }

    private int assign(List<Assignment> assignments) {
        int refused = 0;
        int done = 0;
        for (Assignment assignment : assignments) {
            try {
                ask("PUT", "app", "/orders/" + assignment.order + "/customer", Map.of("subject", assignment.subject));
            } catch (Stop e) {
                if (e.exitCode != 1 && e.status != INVALID) {
                    throw new Stop(e.exitCode, e.getMessage() + " " + done + " of " + assignments.size() + " lines are done; repeat the command for all of them.");
                }
                refused++;
                out.println("order " + assignment.order + " is refused: " + e.getMessage());
            }
            done++;
            progress.update(done + " of " + assignments.size() + " lines so far");
        }
        out.println((done - refused) + " of " + done + " orders have the owner of their line, " + refused + " were refused");
        return refused == 0 ? 0 : 1;
    }
}
