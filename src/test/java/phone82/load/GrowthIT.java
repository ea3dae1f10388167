package phone82.load;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;
import phone82.Context;
import phone82.journey.Databases;
import phone82.journey.Issuer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The packed jar after years: with more and more finished orders stored; the events of the newest tenth, of at most 100,000, are kept, too. Prints one
 * table of start, lists, single orders, deletion of what is old, and {@code reconcile}, and fails if a list or an order becomes slow.
 */
@Tag("load")
class GrowthIT {

    private static final Path JAR = Path.of(System.getProperty("load.jars", System.getProperty("phone82.jar")));
    private static final List<Integer> STORED = Stream.of(System.getProperty("load.stored", "10000,1000000").split(",")).map(Integer::valueOf).toList();
    private static final List<String> JVM = LoadIT.words("load.jvm", "-Xmx512m");
    private static final boolean ON_POSTGRESQL = System.getProperty("load.database", "hsqldb").equals("postgresql");
    private static final int MOST_WITH_EVENTS = 100_000;
    private static final int REPEATED = 20;
    private static final Duration LONGEST_PURGE = Duration.ofMinutes(20);
    private static final Duration LONGEST_SHIPMENT = Duration.ofMinutes(1);
    private static final String KEEP_ALL = "--phone82.outbox.keep=365d --phone82.inbox.keep=365d --phone82.app.idempotency-keys.keep=365d";
    /** How much longer than with the fewest orders a request may take: the measurement is not exact. */
    private static final double TOLERANCE = 2;
    private static final double TOLERANCE_MILLIS = 10;

    private final Map<String, List<Double>> table = new LinkedHashMap<>();

    @Test
    void nothingGrowsWithTheNumberOfOrdersButTheFiles() throws Exception {
        Machine machine = Machine.now();
        for (int stored : STORED) {
            measure(stored);
            System.out.printf("%n%s, %s, %s%n%s", machine, String.join(" ", JVM), ON_POSTGRESQL ? "PostgreSQL" : "HSQLDB", text());
        }
        table.forEach((name, values) -> {
            if (name.endsWith("median ms")) {
                assertThat(values).as(name).allSatisfy(value -> assertThat(value).isLessThan(TOLERANCE * values.get(0) + TOLERANCE_MILLIS));
            }
        });
    }

    private void measure(int stored) throws Exception {
        Path folder = Files.createTempDirectory("growth");
        Path data = folder.resolve("data");
        try (Issuer issuer = new Issuer();
             Databases databases = ON_POSTGRESQL ? Databases.onPostgreSql(EnumSet.of(Context.APP, Context.PAY, Context.STORE, Context.CUSTOMER, Context.PROVIDER)) : Databases.embedded()) {
            List<String> options = new ArrayList<>(List.of("--phone82.store.dispatch-delay=0s", "--phone82.identity.issuer=" + issuer.url()));
            options.addAll(databases.options());
            try (PackedJar phone82 = new PackedJar(folder, JAR, JVM, options)) {
                phone82.login(operator(issuer));
                phone82.firstOrder();
            }
            long began = System.nanoTime();
            int withEvents = Math.min(stored / 10, MOST_WITH_EVENTS);
            if (ON_POSTGRESQL) {
                databases.hurry(true);
                FinishedOrders.add(databases.urls(), stored, withEvents);
                databases.hurry(false);
            } else {
                FinishedOrders.add(data, stored, withEvents);
            }
            System.out.printf("%,d orders written in %.0f s%n", stored, seconds(began));
            add("databases, MB", megabytes(databases, data));

            List<String> keepAll = Stream.concat(options.stream(), Stream.of(KEEP_ALL.split(" "))).toList();
            try (PackedJar phone82 = new PackedJar(folder, JAR, JVM, keepAll)) {
                phone82.login(operator(issuer));
                began = System.nanoTime();
                phone82.firstOrder();
                add("start to first order, s", seconds(began));
                requests(phone82, issuer, stored);
                phone82.login(operator(issuer));
                orders(phone82, "");
                add("resident memory, MB", phone82.residentMegabytes());
                began = System.nanoTime();
                reconcile(folder);
                add("reconcile, s", seconds(began));
            }
            try (PackedJar phone82 = new PackedJar(folder, JAR, JVM, options)) {
                phone82.login(operator(issuer));
                phone82.firstOrder();
                began = System.nanoTime();
                orders(phone82, " while old rows are deleted");
                long old = (long) withEvents * FinishedOrders.EVENT_ROWS;
                await().atMost(LONGEST_PURGE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(200)).until(() -> phone82.metric("phone82_rows_deleted_total") >= old);
                add("deletion of old rows, s", seconds(began));
                add("rows deleted", old);
                add("resident memory after the deletion, MB", phone82.residentMegabytes());
            }
            add("databases after the deletion, MB", megabytes(databases, data));
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private static String operator(Issuer issuer) {
        return issuer.token("operator", "customer", "dealer", "operator");
    }

    private void requests(PackedJar phone82, Issuer issuer, int stored) throws Exception {
        long middle = FinishedOrders.id(stored / 2);
        get(phone82, "/orders");
        get(phone82, "/orders?after=" + middle, "/orders, a page in the middle");
        get(phone82, "/orders/" + middle, "/orders/{id}");
        get(phone82, "/payments");
        get(phone82, "/payments/" + middle, "/payments/{orderId}");
        for (String query : List.of("", "?status=Shipped", "?status=Received", "?status=Cancelled", "?item=note20", "?item=iphone-17", "?item=unknown",
                "?status=Shipped&item=note20", "?status=Received&item=abc123", "?status=Cancelled&item=abc123", "?sort=dispatchAt", "?sort=dispatchAt&status=Received",
                "?sort=dispatchAt&status=Shipped")) {
            get(phone82, "/deliveries" + query);
        }
        for (String query : List.of("", "?status=Shipped", "?status=Paid", "?status=Cancelled", "?item=note20", "?item=iphone-17", "?item=unknown",
                "?status=Shipped&item=note20", "?status=Paid&item=abc123", "?status=Cancelled&item=abc123")) {
            get(phone82, "/history" + query);
        }
        get(phone82, "/history/" + middle, "/history/{orderId}");
        phone82.login(issuer.token(FinishedOrders.OWNERS + "7", "customer"));
        for (String path : List.of("/orders", "/payments", "/deliveries", "/deliveries?status=Shipped&item=note20", "/deliveries?sort=dispatchAt", "/history",
                "/history?status=Cancelled&item=abc123")) {
            get(phone82, path, path + " of a customer");
        }
        add("start of the stream, median ms", median(phone82::openStream));
    }

    private void get(PackedJar phone82, String path) throws Exception {
        get(phone82, path, path);
    }

    private void get(PackedJar phone82, String path, String name) throws Exception {
        add("GET " + name + ", median ms", median(() -> phone82.get(path)));
    }

    private void orders(PackedJar phone82, String when) throws Exception {
        List<Double> accepted = new ArrayList<>();
        List<Double> shipped = new ArrayList<>();
        int refused = 0;
        while (accepted.size() < REPEATED) {
            long sent = System.nanoTime();
            HttpResponse<String> answer = phone82.order();
            long answered = System.nanoTime();
            if (answer.statusCode() != 201) {
                refused++;
                assertThat(refused).as(answer.body()).isLessThan(REPEATED);
                continue;
            }
            accepted.add((answered - sent) / 1e6);
            String id = PackedJar.id(answer.body());
            await().atMost(LONGEST_SHIPMENT).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).until(() -> phone82.isShownAsShipped(id));
            shipped.add((System.nanoTime() - answered) / 1e6);
        }
        add("order" + when + ", median ms", median(accepted));
        add("accepted to seen as shipped" + when + ", median ms", median(shipped));
        add("orders refused" + when, refused);
    }

    private interface Request {
        void send() throws Exception;
    }

    private static double median(Request request) throws Exception {
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < REPEATED; i++) {
            long sent = System.nanoTime();
            request.send();
            millis.add(seconds(sent) * 1000);
        }
        return median(millis);
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** The stored orders have no breach. */
    private static void reconcile(Path folder) throws IOException, InterruptedException {
        Path log = folder.resolve("reconcile.txt");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-jar", JAR.toAbsolutePath().toString(), "reconcile")
                .directory(folder.toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    }

    private static double megabytes(Databases databases, Path data) throws IOException, SQLException {
        double bytes = 0;
        for (String url : databases.urls().values()) {
            try (Connection connection = DriverManager.getConnection(url); Statement statement = connection.createStatement();
                 ResultSet size = statement.executeQuery("select pg_database_size(current_database())")) {
                size.next();
                bytes += size.getLong(1);
            }
        }
        return (bytes + embedded(data)) / 1e6;
    }

    private static long embedded(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.filter(file -> file.getFileName().toString().startsWith("db.")).mapToLong(file -> {
                try {
                    return Files.size(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }).sum();
        }
    }

    private void add(String name, double value) {
        table.computeIfAbsent(name, first -> new ArrayList<>()).add(value);
        System.out.printf(Locale.ROOT, "%-85s%,12.1f%n", name, value);
    }

    private String text() {
        StringBuilder text = new StringBuilder(String.format("%-85s", "orders stored"));
        STORED.forEach(stored -> text.append(String.format(Locale.ROOT, "%,12d", stored)));
        table.forEach((name, values) -> {
            text.append(String.format("%n%-85s", name));
            values.forEach(value -> text.append(String.format(Locale.ROOT, "%,12.1f", value)));
        });
        return text.append(System.lineSeparator()).toString();
    }
}
