package phone82.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.springframework.core.env.PropertyResolver;
import phone82.command.OrderRows.Account;
import phone82.command.OrderRows.Delivery;
import phone82.command.OrderRows.Order;
import phone82.command.OrderRows.Payment;
import phone82.command.OrderRows.Progress;
import phone82.platform.api.Json;
import phone82.platform.disk.FileSync;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.net.http.HttpClient;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

/**
 * The command {@code archive-orders}: the first run writes old finished orders to a file, and the second one, with the same file, deletes
 * them from all contexts, so that the file can be copied before. App deletes an order first and remembers it until all others have deleted
 * it, so that a repeated command finishes it.
 */
public final class ArchiveOrders extends OperatorCommand {

    /** As the first argument of the launcher. */
    public static final String NAME = "archive-orders";

    /** Pay is the last one: money is accounted for by the payment until it is in the total of the archived ones. */
    private static final List<String> AFTER_APP = List.of("customer", "store", "pay");
    /** Orders that one request checks or deletes. */
    private static final int STEP = 100;
    private static final int LEFT_SHOWN = 20;
    private static final String DEAD_LETTER = "an event of it is a dead letter";

    private final Path file;
    /** The orders that are in the file, but were not deleted with it: their lines do not count, and none of them is deleted with it later. */
    private final Path stays;
    private final Instant before;
    private final PagedList<JsonNode> payments;
    private final PagedList<JsonNode> deliveries;
    private final PagedList<Account> accounts;
    private final ContextApi customer;
    private final ConsistencyRules rules;
    /** Why an order stays, newest first. */
    private final Map<Long, String> left = new TreeMap<>(Comparator.reverseOrder());
    private long deleted;

    private ArchiveOrders(PropertyResolver properties, PrintStream out, Instant before, Path file) {
        super(properties, out);
        this.before = before;
        this.file = file;
        stays = file.resolveSibling(file.getFileName() + ".stays");
        HttpClient client = client();
        ContextApi provider = Reconcile.provider(client, properties);
        payments = new PagedList<>(Reconcile.api("pay", client, properties), OrderRows.PAYMENTS, JsonNode.class, row -> row.path("orderId").asLong());
        deliveries = new PagedList<>(Reconcile.api("store", client, properties), OrderRows.DELIVERIES, JsonNode.class, row -> row.path("orderId").asLong());
        accounts = provider == null ? null : new PagedList<>(provider, OrderRows.ACCOUNTS, Account.class, Account::orderId);
        customer = Reconcile.api("customer", client, properties);
        rules = new ConsistencyRules(before, before, provider != null, false);
    }

    /** An order that was written to the file, and its version. */
    private record Archived(long id, int version) {
    }

    private record Archiving(List<Long> orders, long below) {
    }

    private record Outcome(Map<Long, String> left, Map<Long, Integer> versions) {
    }

    /**
     * @param arguments those of the launcher: the command's name, an age in days or a date, a file, and {@code --name=value} properties
     * @return the exit code: 0 done, 1 orders stay, or refused, 2 wrong arguments, a context does not answer or is busy, or the file cannot be
     * written or read
     */
    public static int main(PrintStream out, PrintStream err, String... arguments) {
        List<String> words = words(NAME, arguments);
        Instant before = words.size() == 2 ? time(words.get(0)) : null;
        if (before == null) {
            return usage(err, NAME, "an age in days, such as 400d, or a date, such as 2026-01-31, and a file", words);
        }
        return run(properties -> {
            try {
                return new ArchiveOrders(properties, out, before, Path.of(words.get(1)).toAbsolutePath()).archive();
            } catch (InvalidPathException e) {
                throw new Stop(2, e.getMessage() + ".");
            }
        }, err, arguments);
    }

    private static Instant time(String word) {
        try {
            return word.matches("[0-9]{1,5}d") ? Instant.now().minus(Duration.ofDays(Long.parseLong(word.substring(0, word.length() - 1))))
                    : LocalDate.parse(word).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private int archive() {
        if (accounts == null) {
            out.println("not compared: " + Reconcile.WITHOUT_LEDGER);
        }
        // before anything is written, so that a wrong age or a context that is not ready costs nothing
        request("app", "check", List.of(), null);
        AFTER_APP.forEach(context -> request(context, "check", List.of(), null));
        boolean finished = false;
        Archiving archiving = archiving();
        for (; !archiving.orders.isEmpty(); archiving = archiving()) {
            out.println(count(archiving.orders.size()) + " that an earlier run has not deleted everywhere: deleted");
            finish(archiving.orders);
            finished = true;
        }
        boolean exists = Files.exists(file);
        try {
            if (exists) {
                delete();
            } else {
                write(archiving.below);
            }
        } catch (IOException e) {
            throw new Stop(2, file + " cannot be written or read (" + e + "); deleted: " + count(deleted) + ". Mend that, and repeat the command.");
        }
        left.entrySet().stream().limit(LEFT_SHOWN).forEach(each -> out.println("order " + each.getKey() + " stays: " + each.getValue()));
        if (left.size() > LEFT_SHOWN) {
            out.println("and " + (left.size() - LEFT_SHOWN) + " older ones stay");
        }
        if (exists && deleted == 0 && left.isEmpty() && !finished) {
            throw new Stop(1, "the orders in " + file + " are deleted already" + (Files.exists(stays) ? ", but for those in " + stays : "")
                    + "; name another file for the next archive.");
        }
        return left.isEmpty() ? 0 : 1;
    }

    private static String count(long orders) {
        return orders == 1 ? "1 order" : orders + " orders";
    }

    /** The file gets its name when it is complete and on the disk. */
    private void write(long below) throws IOException {
        if (Files.exists(stays)) {
            throw new Stop(1, stays + " belongs to an earlier archive: move it to the copy of that, or name another file.");
        }
        Path part = file.resolveSibling(file.getFileName() + ".part");
        long written = 0;
        try (FileChannel channel = FileChannel.open(part, CREATE, WRITE); Writer lines = new BufferedWriter(Channels.newWriter(channel, UTF_8))) {
            if (channel.tryLock() == null) {
                throw new Stop(1, "another command is writing " + part + ".");
            }
            channel.truncate(0);
            Set<Long> deadLetters = deadLetters();
            for (JsonNode page : pages("GET", "app", OrderRows.ORDERS + "?size=" + STEP, "&after=" + below)) {
                for (JsonNode line : lines(page.path("items"), deadLetters)) {
                    lines.write(line + "\n");
                    written++;
                }
                progress.update(count(written) + " written so far");
            }
            lines.flush();
            channel.force(true);
        }
        if (written == 0) {
            Files.delete(part);
            out.println("no order to archive");
            return;
        }
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Files.move(part, file, ATOMIC_MOVE);
        FileSync.one(file.getParent());
        out.println(count(written) + " written to " + file + "; copy it to where you keep the books, and repeat the command, which then deletes what is in the file");
    }

    /** Returns the lines of the orders that can be archived; the others are left. */
    private List<JsonNode> lines(JsonNode orders, Set<Long> deadLetters) {
        List<Long> ids = new ArrayList<>();
        orders.forEach(order -> ids.add(order.path("id").asLong()));
        Outcome app = request("app", "check", ids, null);
        Map<Long, String> open = new HashMap<>(app.left);
        AFTER_APP.forEach(context -> open.putAll(request(context, "check", ids, null).left));
        Map<Long, List<JsonNode>> payment = payments.of(ids);
        Map<Long, List<JsonNode>> delivery = deliveries.of(ids);
        Map<Long, List<Account>> account = accounts == null ? Map.of() : accounts.of(ids);
        List<JsonNode> lines = new ArrayList<>();
        for (JsonNode order : orders) {
            long id = order.path("id").asLong();
            JsonNode history = customer.get(OrderRows.HISTORY + "/" + id, Json::read, Json.MAPPER.nullNode());
            OrderRows rows = OrderRows.of(List.of(as(order, Order.class)), as(payment.get(id), Payment.class), as(delivery.get(id), Delivery.class),
                    history.isNull() ? List.of() : List.of(as(history, Progress.class)), account.getOrDefault(id, List.of()))
                    .withTimeline(history.path("timeline").findValuesAsText("type"));
            String why = deadLetters.contains(id) ? DEAD_LETTER : open.get(id);
            if (why == null && !rules.agree(rows)) {
                why = "it is not finished, or the contexts do not agree (" + rows.statuses() + "); run reconcile";
            }
            boolean old = rows.lastChange() == null || rows.lastChange().isBefore(before);
            if (old && why != null) {
                left.put(id, why);
            } else if (old && app.versions.containsKey(id)) {
                ObjectNode line = Json.MAPPER.createObjectNode().put("version", app.versions.get(id));
                line.set("order", order);
                line.set("payment", payment.get(id).get(0));
                line.set("delivery", rows.delivery() == null ? null : delivery.get(id).get(0));
                line.set("history", history);
                lines.add(line);
            }
        }
        return lines;
    }

    private static <T> List<T> as(List<JsonNode> rows, Class<T> type) {
        return rows == null ? List.of() : rows.stream().map(row -> as(row, type)).toList();
    }

    private static <T> T as(JsonNode row, Class<T> type) {
        return Json.MAPPER.convertValue(row, type);
    }

    /** The orders whose events wait to be replayed: one would bring a part of its order back. */
    private Set<Long> deadLetters() {
        Set<Long> orders = new HashSet<>();
        for (String context : DeadLetters.CONTEXTS) {
            for (JsonNode page : pages("GET", context, "/dead-letters?size=200", "")) {
                page.path("items").forEach(letter -> orders.add(letter.path("orderId").asLong()));
            }
        }
        return orders;
    }

    /** Reads the file in steps, and returns the number of its orders. */
    private long readAll(Consumer<List<Archived>> batch) throws IOException {
        long read = 0;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            List<Archived> orders = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode json = Json.read(line.getBytes(UTF_8));
                if (!json.path("version").isInt() || json.at("/order/id").asLong() <= 0 || !json.path("history").has("timeline")) {
                    throw new IOException("line " + (read + 1) + " is no order");
                }
                orders.add(new Archived(json.at("/order/id").asLong(), json.path("version").asInt()));
                read++;
                if (orders.size() == STEP) {
                    batch.accept(orders);
                    orders.clear();
                }
            }
            batch.accept(orders);
        }
        return read;
    }

    /** Reads the whole file before the first order is deleted: it may be damaged. */
    private void delete() throws IOException {
        long orders = readAll(batch -> { });
        Set<Long> stayed = stayed();
        readAll(batch -> delete(batch.stream().filter(order -> !stayed.contains(order.id)).toList(), orders));
        out.println(count(deleted) + " of " + file + " deleted");
        if (!left.isEmpty()) {
            stayed.addAll(left.keySet());
            Path part = stays.resolveSibling(stays.getFileName() + ".part");
            Files.write(part, stayed.stream().map(String::valueOf).toList());
            FileSync.one(part);
            Files.move(part, stays, ATOMIC_MOVE);
            FileSync.one(stays.getParent());
            out.println("keep " + stays + " with it: the lines of the orders that it lists (" + stayed.size() + ") do not count, and the next archive has these orders");
        }
    }

    private Set<Long> stayed() throws IOException {
        try {
            return Files.exists(stays) ? Files.readAllLines(stays).stream().map(Long::valueOf).collect(Collectors.toCollection(TreeSet::new)) : new TreeSet<>();
        } catch (NumberFormatException e) {
            throw new IOException(stays + " is no list of orders", e);
        }
    }

    private void delete(List<Archived> orders, long all) {
        Set<Long> deadLetters = deadLetters();
        Map<Long, Integer> versions = new TreeMap<>();
        for (Archived order : orders) {
            if (deadLetters.contains(order.id)) {
                left.put(order.id, DEAD_LETTER);
            } else {
                versions.put(order.id, order.version);
            }
        }
        Outcome outcome = request("app", "delete", List.copyOf(versions.keySet()), versions);
        left.putAll(outcome.left);
        List<Long> gone = outcome.versions.keySet().stream().filter(order -> !outcome.left.containsKey(order)).toList();
        finish(gone);
        deleted += gone.size();
        progress.update(deleted + " of " + all + " orders deleted so far");
    }

    /** Deletes the orders that app has deleted from the other contexts. */
    private void finish(List<Long> orders) {
        if (orders.isEmpty()) {
            return;
        }
        for (String context : AFTER_APP) {
            request(context, "delete", orders, null).left.forEach((order, why) -> {
                throw new Stop(1, context + " does not delete order " + order + ": " + why + ". Then repeat the command.");
            });
        }
        ask("POST", "app", "/archive/end", Map.of("orders", orders));
    }

    private Archiving archiving() {
        return as(ask("GET", "app", "/archive?before=" + before.toEpochMilli()), Archiving.class);
    }

    private Outcome request(String context, String action, List<Long> orders, Map<Long, Integer> versions) {
        Map<String, Object> wanted = new HashMap<>(Map.of("action", action, "orders", orders, "before", before.toEpochMilli()));
        if (versions != null) {
            wanted.put("versions", versions);
        }
        return as(ask("POST", context, "/archive", wanted), Outcome.class);
    }
}
