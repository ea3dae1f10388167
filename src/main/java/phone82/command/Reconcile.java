package phone82.command;

import org.springframework.core.env.PropertyResolver;
import phone82.command.OperatorCommand.Stop;
import phone82.platform.disk.RestoredData;
import phone82.platform.identity.IdentityConfiguration;
import phone82.platform.identity.TokenMinter;
import phone82.platform.settings.WrongSettings;

import java.io.PrintStream;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The command {@code reconcile}: compares the state of every order in all contexts, and reports each broken promise. */
public final class Reconcile {

    /** As the first argument of the launcher. */
    public static final String NAME = "reconcile";

    static final String WITHOUT_LEDGER = "the provider's ledger (I9), because phone82.pay.provider-url is empty";

    private static final String REPAIR = "--repair";

    private Reconcile() {
    }

    /**
     * @param arguments those of the launcher: the command's name, {@code --repair}, and {@code --name=value} properties
     * @return the exit code: 0 all orders agree, 1 breaches found, 2 wrong arguments, or a context cannot be read
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        boolean repair = List.of(arguments).contains(REPAIR);
        String[] options = Stream.of(arguments).filter(argument -> !argument.equals(REPAIR) && !argument.equals(NAME)).toArray(String[]::new);
        try {
            for (String argument : arguments) {
                if (!argument.equals(NAME) && !argument.startsWith("--")) {
                    throw new Stop(2, "the command " + NAME + " does not know " + argument + "; --help shows its arguments.");
                }
            }
            Report report = run(line -> err.println("phone82: " + line), options);
            out.print(report.text());
            int mendable = report.mendable().size();
            if (mendable > 0 && !repair) {
                err.println("phone82: " + NAME + " " + REPAIR + " rebuilds the view. For those of these " + mendable
                        + " orders that still disagree, it then sends the events again. Both are harmless.");
            } else if (mendable > 0) {
                int exitCode = RebuildHistory.main(out, err, options);
                if (exitCode != 0) {
                    return exitCode;
                }
                report = run(line -> err.println("phone82: " + line), options);
                if (!report.mendable().isEmpty()) {
                    exitCode = ReplayEvents.ofOrders(out, err, report.mendable(), options);
                    if (exitCode != 0) {
                        return exitCode;
                    }
                    report = run(line -> err.println("phone82: " + line), options);
                }
                out.print(report.text());
            }
            return report.breaches().isEmpty() ? 0 : 1;
        } catch (Stop | WrongSettings e) {
            err.println("phone82: " + e.getMessage());
            return 2;
        }
    }

    /**
     * Compares all contexts.
     *
     * @param progress receives a line of progress now and then
     * @param options  {@code --name=value} properties, which override those of the environment
     * @throws RuntimeException if the contexts cannot be compared; its one line says why, and what to do
     */
    public static Report run(Consumer<String> progress, String... options) {
        // pay has the validity of authorisations
        return OperatorCommand.withProperties(List.of("pay"), properties -> run(progress, properties), options);
    }

    private static Report run(Consumer<String> progress, PropertyResolver properties) {
        HttpClient http = OperatorCommand.client();
        Duration held = properties.getRequiredProperty("phone82.pay.authorisation-validity", Duration.class)
                .plus(properties.getRequiredProperty("phone82.pay.poll", Duration.class).multipliedBy(10));
        ContextApi provider = provider(http, properties);
        try (Reconciliation reconciliation = new Reconciliation(api("app", http, properties), api("pay", http, properties),
                api("store", http, properties), api("customer", http, properties), provider,
                new ConsistencyRules(Instant.now().minus(held), Instant.now().minus(properties.getRequiredProperty("phone82.reconcile.moving", Duration.class)),
                        provider != null, isNothingShipped(properties)), progress)) {
            Report report = reconciliation.run(properties.getRequiredProperty("phone82.reconcile.settle", Duration.class),
                    properties.getRequiredProperty("phone82.reconcile.timelines", Integer.class));
            return provider != null ? report : report.without(WITHOUT_LEDGER);
        }
    }

    /** Whether store ships nothing on purpose: by the settings, or after a restore of the data folder. */
    private static boolean isNothingShipped(PropertyResolver properties) {
        return !properties.getRequiredProperty("phone82.store.dispatch", Boolean.class)
                || RestoredData.isMarked(Path.of(properties.getRequiredProperty("phone82.data"), "store"));
    }

    static ContextApi provider(HttpClient http, PropertyResolver properties) {
        String property = "phone82.pay.provider-url";
        String url = properties.getRequiredProperty(property, String.class);
        return url.isBlank() ? null : new ContextApi(http, "the provider's ledger", url, property,
                () -> "Bearer " + properties.getRequiredProperty("phone82.provider.api-key", String.class),
                "phone82.provider.api-key to the provider's key");
    }

    static ContextApi api(String context, HttpClient http, PropertyResolver properties) {
        String property = "phone82.gateway." + context + "-url";
        // without a key no token is sent; none is needed where no login is required
        Supplier<String> authorization = minter(properties).<Supplier<String>>map(minter -> () -> "Bearer " + minter.token(context)).orElse(null);
        return new ContextApi(http, context, properties.getRequiredProperty(property, String.class), property, authorization,
                "phone82.data to the contexts' data folder, or phone82.identity.key to the operator's key");
    }

    private static Optional<TokenMinter> minter(PropertyResolver properties) {
        try {
            return IdentityConfiguration.knownMinter(OperatorCommand.OPERATOR, properties);
        } catch (IllegalArgumentException e) {
            throw new Stop(2, e.getMessage() + ".");
        }
    }

}
