package phone82.command;

import com.fasterxml.jackson.databind.JsonNode;
import org.springframework.core.env.PropertyResolver;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The command {@code refunds}: lists refunds that the payment provider refused, for an operator to retry or to settle by hand. */
public final class Refunds extends OperatorCommand {

    /** As the first argument of the launcher. */
    public static final String NAME = "refunds";

    private static final String ALL = "all";

    private Refunds(PropertyResolver properties, PrintStream out) {
        super(properties, out);
    }

    /**
     * @param arguments those of the launcher: the command's name, {@code list}, {@code retry} or {@code settle}, an order's id or, for {@code retry},
     *                  {@code all}, a note for {@code settle}, and {@code --name=value} properties
     * @return the exit code: 0 done, 1 the order has no failed refund, 2 wrong arguments, or pay does not answer
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        List<String> words = words(NAME, arguments);
        String action = words.isEmpty() ? "list" : words.get(0);
        boolean known = switch (action) {
            case "list" -> words.size() < 2;
            case "retry" -> words.size() == 2;
            case "settle" -> words.size() == 3;
            default -> false;
        };
        boolean all = known && action.equals("retry") && words.get(1).equals(ALL);
        if (!known || !all && words.size() > 1 && !words.get(1).matches("[1-9][0-9]{0,18}")) {
            return usage(err, NAME, "list, retry <order>, retry all, or settle <order> \"<note>\"", words);
        }
        return run(properties -> {
            Refunds command = new Refunds(properties, out);
            switch (action) {
                case "list" -> command.list();
                case "retry" -> {
                    if (all) {
                        return command.retryAll();
                    }
                    command.retry(words.get(1));
                }
                default -> command.settle(words.get(1), words.get(2));
            }
            return 0;
        }, err, arguments);
    }

    private void list() {
        List<JsonNode> payments = payments();
        payments.forEach(payment -> out.printf(Locale.ROOT, "order %s  %d won  %s%n", payment.path("orderId").asText(), payment.path("amount").asLong(),
                payment.path("reason").asText()));
        out.println(payments.size() + (payments.size() == 1 ? " refund" : " refunds") + " failed");
    }

    private List<JsonNode> payments() {
        List<JsonNode> payments = new ArrayList<>();
        for (JsonNode page : pages("GET", "pay", "/refunds?size=200", "")) {
            page.path("items").forEach(payments::add);
        }
        return payments;
    }

    /** One that another operator has settled meanwhile does not keep the others. */
    private int retryAll() {
        List<String> orders = payments().stream().map(payment -> payment.path("orderId").asText()).toList();
        int retried = 0;
        int exitCode = 0;
        for (String order : orders) {
            try {
                retry(order);
                retried++;
            } catch (Stop e) {
                if (e.status == 0) {
                    throw new Stop(e.exitCode, e.getMessage() + " " + retried + " of " + orders.size() + " refunds are retried; repeat the command.");
                }
                exitCode = Math.max(exitCode, e.exitCode);
                out.println("order " + order + ": the refund is not retried: " + e.getMessage());
            }
        }
        out.println(retried + " of " + orders.size() + " refunds are retried");
        return exitCode;
    }

    private void retry(String order) {
        ask("POST", "pay", "/payments/" + order + "/refund");
        out.println("order " + order + ": the refund is retried");
    }

    private void settle(String order, String note) {
        ask("POST", "pay", "/payments/" + order + "/settlement", Map.of("note", note));
        out.println("order " + order + ": recorded as settled by hand");
    }
}
