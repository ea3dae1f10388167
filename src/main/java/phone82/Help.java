package phone82;

import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.ClassPathResource;
import phone82.platform.settings.Setting;
import phone82.platform.settings.Settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** What {@code --help} prints. */
final class Help {

    private Help() {
    }

    static String text() {
        StringBuilder text = new StringBuilder("""
                Usage: java -jar phone82.jar [context ...] [--property=value ...]
                       java -jar phone82.jar reconcile [--repair] [--property=value ...]
                       java -jar phone82.jar dead-letters [list | replay] [context] [id] [--property=value ...]
                       java -jar phone82.jar refunds [list | retry | settle] [order] [note] [--property=value ...]
                       java -jar phone82.jar export-events [app | pay | store] [time | event id] [--property=value ...]
                       java -jar phone82.jar backup [name] [--property=value ...]
                       java -jar phone82.jar restore name [--property=value ...]
                       java -jar phone82.jar rebuild-history [--property=value ...]
                       java -jar phone82.jar replay-events [app | pay | store] [time | event id] [--property=value ...]
                       java -jar phone82.jar token <context> [--property=value ...]

                Without a context all of them start in this JVM. With names those alone start; what they need of the
                others is found by the properties below.

                Contexts:
                """);
        for (Context context : Context.values()) {
            text.append(String.format(Locale.ROOT, "  %-12s%s%n", context.id(), context.purpose));
        }
        text.append("""

                Properties, what they are and may be, and their defaults. Each is also an environment variable:
                phone82.app.port is PHONE82_APP_PORT.

                """);
        Defaults defaults = new Defaults();
        for (Setting setting : Settings.all()) {
            text.append(String.format(Locale.ROOT, "  %s%n      %s; %s [%s]%n", setting.name(), setting.purpose(), setting.allowed(), defaults.of(setting)));
        }
        return text.append("""

                reconcile compares what the running app, pay, store and customer tell of every order, and prints what breaks
                a promise:
                  I1  every standing order has exactly one payment
                  I2  no money is taken without a standing order
                  I3  nothing is shipped unpaid
                  I4  nothing cancelled is shipped, nothing shipped is refunded
                  I5  the view equals the sources
                  I6  every event takes effect exactly once
                  I7  a refused order leaves no money taken, nor held for longer than phone82.pay.authorisation-validity
                  I9  the payment provider's ledger agrees with the books, to the won
                What does not agree is looked at again until it does; wrong is what stays as it is when no order has come to
                agree for the time to settle. Orders that break no promise and are still under way are listed apart.
                With --repair the events of orders that break I5 or I6 are sent again and the view is rebuilt, and all is compared
                once more: that harms nothing. What remains is for a human.
                Its exit code: 0 all agree, 1 breaches, 2 wrong arguments or a context cannot be read.
                dead-letters shows the events that app, pay, store and customer could not process, each with its cause, one of
                them with its body; replay has them processed once more, and those that fail again stay.
                Its exit code: 0 done, 1 what was replayed failed again or is not there, 2 wrong arguments or a context does
                not answer.

                refunds lists the refunds that the payment provider refused for good; retry has the provider asked once more for
                those of one order or of all, settle records, with a note, that the customer of one order got the money in
                another way.
                Its exit code: 0 done, 1 the order has no refund that failed, 2 wrong arguments or pay does not answer.

                replay-events has app, pay and store send their events once more, from a time (2026-11-27T20:00:00Z) or an event
                on, or all that they keep: for a broker that lost its data. Receivers ignore events that they have. It may be
                interrupted, and repeated. export-events prints the same events, each as a line of JSON.
                Its exit code: 0 the broker has all of them, 1 it does not take them, 2 wrong arguments or a context does not
                answer.

                rebuild-history makes customer's view anew of the event logs of app, pay and store, while it is served. It may be
                interrupted, and repeated. Entries of the view whose events are no longer in a log stay.
                Its exit code: 0 done, 2 wrong arguments or a context does not answer.

                backup copies the embedded databases of the running customer, app, store and pay into phone82.data/backups; for
                some seconds no orders and cancellations are taken. restore puts such a copy in the place of what is there,
                while phone82 does not run; then start it, run replay-events, and reconcile.
                Its exit code: 0 done, 1 it cannot be done now, 2 wrong arguments or a context does not answer.

                token prints a token of the operator for one context, which is good for a minute:
                curl localhost:8081/cancellations -H "Authorization: Bearer $(java -jar phone82.jar token app)"

                Exit code: 143 after a clean stop by SIGTERM and 130 after Ctrl-C, as of every Java program; 1 when a context cannot start,
                2 for wrong arguments.
                """).toString();
    }

    /** The values in our own files. */
    private static final class Defaults {

        private final Map<String, Object> common = read("application.yaml");
        private final Map<Context, Map<String, Object>> own = new EnumMap<>(Context.class);

        Defaults() {
            for (Context context : Context.values()) {
                own.put(context, read("application-" + context.id() + ".yaml"));
            }
        }

        String of(Setting setting) {
            if (setting.fallback() != null && setting.names().stream().noneMatch(common::containsKey)) {
                return setting.fallback() + special(setting);
            }
            List<Object> values = setting.names().stream().map(this::of).distinct().toList();
            return values.size() == 1 ? (values.get(0).equals("") ? "none" : values.get(0)) + special(setting)
                    : setting.names().stream().map(name -> setting.contexts().get(setting.names().indexOf(name)) + " " + of(name)).collect(Collectors.joining(", "));
        }

        private Object of(String name) {
            return common.containsKey(name) ? common.get(name)
                    : own.values().stream().map(settings -> settings.get(name)).filter(Objects::nonNull).findFirst().orElse("");
        }

        /** Where a context differs from the rest. */
        private String special(Setting setting) {
            return setting.contexts().isEmpty() && setting.name().startsWith("phone82.http.") ? own.entrySet().stream()
                    .filter(each -> each.getValue().containsKey(setting.name()))
                    .map(each -> "; " + each.getKey().id() + " " + each.getValue().get(setting.name())).collect(Collectors.joining()) : "";
        }

        private static Map<String, Object> read(String file) {
            Map<String, Object> values = new HashMap<>();
            ClassPathResource resource = new ClassPathResource(file);
            if (resource.exists()) {
                try {
                    new YamlPropertySourceLoader().load(file, resource).forEach(source -> ((Map<?, ?>) source.getSource())
                            .forEach((name, value) -> values.put(name.toString(), value.toString()
                                    .replaceAll("\\$\\{phone82\\.local-host}", "localhost").replaceAll("\\$\\{phone82\\.(\\w+)\\.port}", "<port of $1>")
                                    .replaceAll("\\$\\{.*?:([^{}]*)}", "$1"))));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return values;
        }
    }
}
