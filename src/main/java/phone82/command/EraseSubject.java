package phone82.command;

import com.fasterxml.jackson.databind.JsonNode;
import org.springframework.core.env.PropertyResolver;
import phone82.platform.identity.OperatorsPort;
import phone82.platform.tls.Tls;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The command {@code erase-subject}: replaces a user's subject by a random pseudonym, in all contexts and in the audit. App keeps the
 * pseudonym until all of them are done, so that a repeated command continues.
 */
public final class EraseSubject extends OperatorCommand {

    /** As the first argument of the launcher. */
    public static final String NAME = "erase-subject";

    /** App is the last one: the orders by which it refuses stay until all others are done. */
    private static final List<String> ORDER = List.of("pay", "store", "customer", "app");
    /** The contexts whose audit contains users. */
    private static final Set<String> AUDITED = Set.of("gateway", "app", "pay", "store", "customer");

    private static final int PASSES = 10;
    /** Longer than another instance of a context needs to learn of the erasure. */
    private static final Duration LEARNT = Duration.ofSeconds(6);

    private final Map<String, Map<String, Long>> changed = new TreeMap<>();
    private boolean shared;

    private EraseSubject(PropertyResolver properties, PrintStream out) {
        super(properties, out);
    }

    /**
     * @param arguments those of the launcher: the command's name, the subject, and {@code --name=value} properties
     * @return the exit code: 0 erased, 1 refused because orders are under way, 2 wrong arguments, or a process does not answer
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        List<String> words = words(NAME, arguments);
        if (words.size() != 1) {
            return usage(err, NAME, "the subject of one user", words);
        }
        return run(properties -> {
            try {
                new EraseSubject(properties, out).erase(words.get(0));
                return 0;
            } catch (Stop e) {
                err.println("phone82: " + e.getMessage() + " Then repeat the command: it continues with the same pseudonym.");
                return e.exitCode;
            }
        }, err, arguments);
    }

    private void erase(String subject) {
        JsonNode begun = ask("POST", "app", "/erasures", Map.of("subject", subject));
        String pseudonym = begun.path("pseudonym").asText();
        out.println("the pseudonym is " + pseudonym);
        long before = begun.path("before").asLong();
        // after it, the next pass finds an order that was sent just before
        Duration settles = Duration.ofMillis(begun.path("settles").asLong());
        for (int pass = 1; pass(subject, pseudonym, before) > 0 || pass == 1; pass++) {
            if (pass == PASSES) {
                throw new Stop(2, "after " + PASSES + " passes there is still data of the user; check that no other process of an earlier version runs.");
            }
            pause(shared && settles.compareTo(LEARNT) < 0 ? LEARNT : settles);
        }
        long entries = eraseAudits(subject, pseudonym);
        ask("DELETE", "app", "/erasures/" + pseudonym);
        changed.forEach((context, counts) -> out.println(context + ": " + counts.entrySet().stream().map(count -> count.getValue() + " " + count.getKey())
                .collect(Collectors.joining(", "))));
        out.println("audit: " + entries + " entries");
    }

    /** Erases the user from all contexts once; returns the number of changes. */
    private long pass(String subject, String pseudonym, long before) {
        long changes = 0;
        for (String context : ORDER) {
            JsonNode step = null;
            do {
                Map<String, Object> wanted = new HashMap<>(Map.of("subject", subject, "before", before));
                if (step != null && step.has("after")) {
                    wanted.put("after", step.path("after").asLong());
                }
                step = ask("POST", context, "/erasures/" + pseudonym, wanted);
                changes += add(context, step.path("changed"));
                shared |= step.path("shared").asBoolean();
                progress.update(context + ": " + changed.get(context) + " so far");
            } while (!step.path("done").asBoolean());
        }
        return changes;
    }

    private long add(String context, JsonNode counts) {
        Map<String, Long> sums = changed.computeIfAbsent(context, first -> new TreeMap<>());
        long all = 0;
        for (Map.Entry<String, JsonNode> count : counts.properties()) {
            sums.merge(count.getKey(), count.getValue().asLong(), Long::sum);
            all += count.getValue().asLong();
        }
        return all;
    }

    /** Erases the user from the audit of each process, at its operator's port. */
    private long eraseAudits(String subject, String pseudonym) {
        HttpClient http = client(Tls.toAnyProcess());
        long entries = 0;
        Set<String> missing = new TreeSet<>(AUDITED);
        for (OperatorsPort port : ports()) {
            Map<String, String> wanted = new HashMap<>(Map.of("subject", subject));
            JsonNode erased;
            do {
                erased = ask(http, "POST", port.contexts().isEmpty() ? "a process" : String.join(", ", port.contexts()), port.at().toString(), "/audit/erasures/" + pseudonym,
                        OperatorsPort.authorization(properties.getRequiredProperty("phone82.operations.user"), port.password()), wanted,
                        "start it, or set phone82.operations.peers to the operator's ports of all processes");
                entries += erased.path("entries").asLong();
                wanted.put("after", erased.path("after").asText());
                progress.update("audit: " + entries + " entries so far");
            } while (erased.hasNonNull("after"));
            erased.path("contexts").forEach(context -> missing.remove(context.asText()));
        }
        if (!missing.isEmpty()) {
            throw new Stop(2, "the operator's port of " + String.join(", ", missing) + " is not known, so their audit is not erased; "
                    + "start them, or set phone82.operations.peers and phone82.operations.password.");
        }
        return entries;
    }

    private List<OperatorsPort> ports() {
        String password = properties.getProperty("phone82.operations.password", "");
        List<OperatorsPort> ports = new ArrayList<>();
        try {
            for (String peer : properties.getProperty("phone82.operations.peers", "").split(",")) {
                if (!peer.isBlank()) {
                    URI named = URI.create(peer.strip());
                    for (InetAddress each : OperatorsPort.hosts(named)) {
                        ports.add(new OperatorsPort(OperatorsPort.at(named.getScheme(), new InetSocketAddress(each, named.getPort())), password, List.of()));
                    }
                }
            }
            if (ports.isEmpty()) {
                for (Path file : OperatorsPort.files(Path.of(properties.getRequiredProperty("phone82.data"), "operations"))) {
                    OperatorsPort port = OperatorsPort.read(file);
                    if (port.contexts().stream().anyMatch(AUDITED::contains)) {
                        ports.add(port);
                    }
                }
            }
        } catch (IOException e) {
            throw new Stop(2, "the operator's ports cannot be found (" + e + "); set phone82.operations.peers.");
        }
        return ports;
    }
}
