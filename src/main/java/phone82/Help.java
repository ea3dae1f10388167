package phone82;

import org.apache.commons.lang3.function.Failable;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.io.ClassPathResource;
import phone82.platform.settings.Setting;
import phone82.platform.settings.Settings;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The output of {@code --help}. */
final class Help {

    private Help() {
    }

    static String text() {
        StringBuilder text = new StringBuilder("""
                Usage: java -jar phone82.jar [context ...] [--property=value ...]
                       java -jar phone82.jar reconcile [--repair] [--property=value ...]
                       java -jar phone82.jar dead-letters [list | replay] [context] [id] [--property=value ...]
                       java -jar phone82.jar refunds [list | retry order | retry all | settle order note] [--property=value ...]
                       java -jar phone82.jar export-events [app | pay | store] [time | event id] [--property=value ...]
                       java -jar phone82.jar backup [name] [--property=value ...]
                       java -jar phone82.jar restore name | --release [--property=value ...]
                       java -jar phone82.jar rebuild-history [--property=value ...]
                       java -jar phone82.jar erase-subject subject [--property=value ...]
                       java -jar phone82.jar archive-orders age file [--property=value ...]
                       java -jar phone82.jar assign-orders file [--property=value ...]
                       java -jar phone82.jar replay-events [app | pay | store] [time | event id] [--property=value ...]
                       java -jar phone82.jar token context [--property=value ...]
                       java -jar phone82.jar prepare
                       java -jar phone82.jar --help | --version

                Without a context, all contexts start in this JVM; otherwise only the named ones do. The properties below say
                where the others are.

                Contexts:
                """);
        for (Context context : Context.values()) {
            text.append(String.format(Locale.ROOT, "  %-12s%s%n", context.id(), context.purpose));
        }
        text.append("""

                Properties: purpose; allowed values [default]. Each can be set as an environment variable, too:
                phone82.app.port is PHONE82_APP_PORT.

                """);
        Defaults defaults = new Defaults();
        for (Setting setting : Settings.ALL) {
            text.append(String.format(Locale.ROOT, "  %s%n      %s; %s [%s]%n", setting.name(), setting.purpose(), setting.allowed(), defaults.of(setting)));
        }
        for (Settings.Listed list : Settings.LISTS) {
            text.append(String.format(Locale.ROOT, "  %s[0].%s, and so on%n      %s%n", list.name(), String.join(", .", list.parts()), list.purpose()));
        }
        return text.append("""
                  logging.level.<package>
                      how much the log shows of a package; trace, debug, info, warn, error or off [phone82 info, the others warn]

                reconcile compares every order in the running app, pay, store and customer, and reports every breach of these
                promises:
                  I1  every accepted order has exactly one payment
                  I2  no money is taken without an accepted order
                  I3  nothing is shipped unpaid
                  I4  nothing cancelled is shipped, nothing shipped is refunded
                  I5  the view equals the sources
                  I6  every event takes effect exactly once
                  I7  a refused order leaves no money taken, nor held for longer than phone82.pay.authorisation-validity
                  I9  the payment provider's ledger agrees with the books, to the won
                Orders that break a promise are read again until, for the time phone82.reconcile.settle, none of them has become
                consistent. Those that have not changed by then are breaches. Orders in progress that break no promise get this time
                once, and are listed separately if they still move. Those that wait on purpose, for their dispatch or a dealer, are not
                waited for.
                --repair rebuilds the view, sends the events of orders that still break I5 or I6 again, and compares once more. It leaves
                orders alone that app or store has lost, and is safe to run. The remaining breaches need an operator.
                Exit code: 0 all orders agree, 1 breaches, 2 wrong arguments or a context cannot be read.

                dead-letters lists the events that app, pay, store and customer could not process, with the causes; with an id it
                shows one event with its body. replay processes them again; events that fail again stay dead letters.
                Exit code: 0 done, 1 a replayed event failed again or does not exist, 2 wrong arguments or a context does
                not answer.

                refunds lists the refunds that the payment provider refused permanently. retry sends the refund of one order, or all
                of them, to the provider again. settle records, with a note, that the customer of an order gets the money in
                another way: record it first, as nobody can retry the refund from then on, and then transfer the money.
                With all, the command lists the refunds that pay does not retry, and continues with the others.
                Exit code: 0 done, 1 an order has no failed refund, 2 wrong arguments or pay does not answer.

                replay-events makes app, pay and store send their events again, from a time (2026-11-27T20:00:00Z) or an event on, or
                all events that they keep. Use it when the broker has lost its data. Receivers ignore events that they have
                already processed. The command may be interrupted and repeated. export-events prints the same events as lines of
                JSON.
                Exit code: 0 the broker has all events, or all are printed, 1 (replay-events alone) the broker does not accept them,
                2 wrong arguments, a context does not answer, or the events cannot be printed.

                rebuild-history rebuilds customer's view from the event logs of app, pay and store while customer keeps serving it.
                The command may be interrupted and repeated. Entries whose events are no longer in a log are kept.
                Exit code: 0 done, 2 wrong arguments, a context does not answer, or another rebuild has begun.

                backup copies the embedded databases of the running customer, app, store and pay into phone82.data/backups. For some
                seconds new orders, cancellations and changes of owners are refused. restore replaces the current data with such
                a copy; phone82 must be stopped. Then start it, run replay-events, and reconcile. Meanwhile store ships nothing, and pay reserves no
                money anew, because an order may have been shipped or cancelled after the backup: cancel or pause such orders, then
                run restore --release.
                Exit code: 0 done, 1 not possible now, 2 wrong arguments or a context does not answer.

                erase-subject replaces the subject of a user by a random pseudonym in app, pay, store, customer, their logs of events
                and dead letters, and in the audits of all processes, whose operator's ports it must reach. Amounts and counts stay.
                Delete the user at the issuer first. The command may be interrupted and repeated.
                Exit code: 0 erased, 1 refused because orders of the user are not finished, 2 wrong arguments or a process does not
                answer.

                archive-orders writes the orders that are finished everywhere and have not changed for an age (400d) or since a date
                (2026-01-31) to a new file, one line of JSON each, without subjects. The age is at least phone82.inbox.keep plus 30
                days. Copy the file to where you keep the books. The same command again, with the same file, deletes the orders in it from
                app, customer, store and pay. Orders of that age that are not finished or do not agree stay and are listed. The command
                may be interrupted and repeated. Orders of the file that stay are listed in <file>.stays. The lines of these orders in
                the file are void: the next archive has the orders again.
                Exit code: 0 done, 1 orders stay, or refused, 2 wrong arguments, a context does not answer or is busy, or the file cannot
                be written or read.

                assign-orders gives orders from before customers logged in, which have no owner, to customers. Each line of the file is
                an order's id, a comma and the customer's subject, without quotation marks. Check the subjects: an assigned order cannot
                be assigned again. The command lists the orders that app refuses and continues with the others. It may be interrupted and
                repeated with the same file.
                Exit code: 0 all orders have the owner of their line, 1 app refused some, 2 wrong arguments or lines, or app does not
                answer.

                token prints an operator token for app, pay, store, customer or coordinator. It is valid for a minute:
                curl localhost:8081/cancellations -H "Authorization: Bearer $(java -jar phone82.jar token app)"
                Exit code: 0 printed, 2 wrong arguments or there is no key.

                prepare extracts the jar into the folder phone82.prepared beside it, and starts it once to archive its classes. From then
                on phone82 starts from there in a third of the time. mvn package has already done it where the jar was built.
                Exit code: 0 done, 1 not possible, 2 wrong arguments.

                Exit code: 143 after a clean stop by SIGTERM and 130 after Ctrl-C, as for every Java program; 1 if a context cannot start
                or stop, 2 for wrong arguments.
                """).toString();
    }

    /** The default values from application.yaml and the application-<context>.yaml files. */
    private static final class Defaults {

        private final Map<String, Object> common = read("application.yaml");
        private final Map<Context, Map<String, Object>> own = new EnumMap<>(Context.class);

        Defaults() {
            for (Context context : Context.values()) {
                own.put(context, read("application-" + context.id() + ".yaml"));
            }
        }

        String of(Setting setting) {
            if (setting.fallback() != null && setting.names().stream().allMatch(name -> common.getOrDefault(name, "").equals(""))) {
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

        /** The contexts with another default than the rest. */
        private String special(Setting setting) {
            return setting.contexts().isEmpty() && setting.name().startsWith("phone82.http.") ? own.entrySet().stream()
                    .filter(each -> each.getValue().containsKey(setting.name()))
                    .map(each -> "; " + each.getKey().id() + " " + each.getValue().get(setting.name())).collect(Collectors.joining()) : "";
        }

        private static Map<String, Object> read(String file) {
            Map<String, Object> values = new HashMap<>();
            ClassPathResource resource = new ClassPathResource(file);
            if (resource.exists()) {
                Failable.get(() -> new YamlPropertySourceLoader().load(file, resource)).forEach(source -> ((Map<?, ?>) source.getSource())
                        .forEach((name, value) -> values.put(name.toString(), value.toString()
                                .replaceAll("\\$\\{phone82\\.local-scheme}", "http").replaceAll("\\$\\{phone82\\.local-host}", "localhost")
                                .replaceAll("\\$\\{phone82\\.(\\w+)\\.port}", "<port of $1>")
                                .replaceAll("\\$\\{.*?:([^{}]*)}", "$1").replaceAll("\\$\\{([^{}]*)}", "$1"))));
            }
            return values;
        }
    }
}
