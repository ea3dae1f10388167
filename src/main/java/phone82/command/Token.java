package phone82.command;

import org.springframework.core.env.PropertyResolver;

import java.io.PrintStream;
import java.util.List;

/** The command {@code token}: prints an operator's token for one context, for use with curl. */
public final class Token extends OperatorCommand {

    /** As the first argument of the launcher. */
    public static final String NAME = "token";

    private static final List<String> CONTEXTS = List.of("app", "pay", "store", "customer", "coordinator");

    private Token(PropertyResolver properties, PrintStream out) {
        super(properties, out);
    }

    /**
     * @param arguments those of the launcher: the command's name, a context, and {@code --name=value} properties
     * @return the exit code: 0 printed, 2 wrong arguments, or there is no key
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        List<String> words = words(NAME, arguments);
        if (words.size() != 1 || !CONTEXTS.contains(words.get(0))) {
            return usage(err, NAME, "one of " + CONTEXTS, words);
        }
        return run(properties -> {
            out.println(new Token(properties, out).token(words.get(0)));
            return 0;
        }, err, arguments);
    }
}
