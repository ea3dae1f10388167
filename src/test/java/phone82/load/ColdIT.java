package phone82.load;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What somebody meets who starts a packed jar: the start, load from cold, and single orders and cancellations afterwards. Measures the jar of this
 * build, or several jars in turn ({@code load.jars}), and prints each value beside that of the first jar.
 */
@Tag("load")
class ColdIT {

    private static final List<Path> JARS = Stream.of(System.getProperty("load.jars", System.getProperty("phone82.jar")).split(",")).map(Path::of).toList();
    /** The JDK of each jar. */
    private static final List<Path> JAVAS = Stream.of(System.getProperty("load.javas", System.getProperty("java.home")).split(",")).map(Path::of).toList();
    private static final List<Integer> CLIENTS = Stream.of(System.getProperty("load.clients", "8,8,8,8").split(",")).map(Integer::valueOf).toList();
    private static final int SECONDS = Integer.getInteger("load.seconds", 20);
    private static final List<Integer> STORED = Stream.of(System.getProperty("load.stored", "0").split(",")).map(Integer::valueOf).toList();
    private static final int SINGLE = 100;
    private static final List<String> JVM = LoadIT.words("load.jvm", "-Xmx512m");

    /** Of the first jar, in the order in which they are printed. */
    private final List<Double> measured = new ArrayList<>();
    private int next;
    /** Orders and cancellations of the current jar. */
    private long refused;

    @Test
    void aStartAndLoadFromCold() throws Exception {
        System.out.printf("%s, %s, %d s a round%n", Machine.now(), String.join(" ", JVM), SECONDS);
        for (int i = 0; i < JARS.size(); i++) {
            Path java = JAVAS.get(i % JAVAS.size());
            for (int stored : STORED) {
                System.out.printf("%s, %s, %,d orders stored%n", java, JARS.get(i), stored);
                next = 0;
                refused = 0;
                measure(java, JARS.get(i), stored);
            }
        }
        assertThat(refused).as("orders and cancellations that the last jar refused").isZero();
    }

    private void measure(Path java, Path jar, int stored) throws Exception {
        Path folder = Files.createTempDirectory("load");
        try {
            if (stored > 0) {
                try (PackedJar phone82 = new PackedJar(folder, java, jar, JVM, List.of())) {
                    phone82.firstOrder();
                }
                FinishedOrders.add(folder.resolve("data"), stored, 0);
            }
            try (PackedJar phone82 = new PackedJar(folder, java, jar, JVM, List.of("--phone82.store.dispatch-delay=0s"))) {
                start(phone82);
                for (int round = 0; round < CLIENTS.size(); round++) {
                    load(phone82, "round " + (round + 1) + ", " + CLIENTS.get(round) + " clients, ", CLIENTS.get(round));
                }
                print("resident MB", phone82.residentMegabytes());
                print("threads", phone82.threads());
                singleOrders(phone82);
                lists(phone82);
            }
            try (PackedJar phone82 = new PackedJar(folder, java, jar, JVM, List.of("--phone82.store.dispatch-delay=1h"))) {
                cancellations(phone82);
            }
        } finally {
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    private void start(PackedJar phone82) {
        long begun = System.nanoTime();
        phone82.firstOrder();
        print("first order after s", (System.nanoTime() - begun) / 1e9);
        print("first order after CPU-s", phone82.cpuSeconds());
    }

    /** Clients that place one order after the other. */
    private void load(PackedJar phone82, String round, int clients) throws Exception {
        double cpuBefore = phone82.cpuSeconds();
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        List<Future<List<Double>>> answers = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            answers.add(threads.submit(() -> orderUntil(phone82, end)));
        }
        List<Double> millis = new ArrayList<>();
        for (Future<List<Double>> answer : answers) {
            millis.addAll(answer.get());
        }
        threads.shutdown();
        long ended = System.nanoTime();
        phone82.awaitAllEventsSent();
        double drained = (System.nanoTime() - ended) / 1e9;
        double[] accepted = millis.stream().filter(each -> each >= 0).mapToDouble(Double::doubleValue).sorted().toArray();
        print(round + "orders/s", (double) accepted.length / SECONDS);
        print(round + "refused", millis.size() - accepted.length);
        print(round + "median ms", accepted[accepted.length / 2]);
        print(round + "p99 ms", accepted[accepted.length * 99 / 100]);
        print(round + "all sent after s", drained);
        print(round + "CPU-s per 1000", 1000 * (phone82.cpuSeconds() - cpuBefore) / accepted.length);
        refused += millis.size() - accepted.length;
    }

    /** Returns the milliseconds of each answer; -1 for an order that was not accepted. */
    private static List<Double> orderUntil(PackedJar phone82, long end) throws InterruptedException {
        List<Double> millis = new ArrayList<>();
        while (System.nanoTime() < end) {
            long asked = System.nanoTime();
            boolean accepted;
            try {
                accepted = phone82.order().statusCode() == 201;
            } catch (IOException e) {
                accepted = false;
            }
            millis.add(accepted ? (System.nanoTime() - asked) / 1e6 : -1);
        }
        return millis;
    }

    private void singleOrders(PackedJar phone82) throws Exception {
        double[] answered = new double[SINGLE];
        double[] shipped = new double[SINGLE];
        for (int i = 0; i < SINGLE; i++) {
            long asked = System.nanoTime();
            String id = PackedJar.id(phone82.order().body());
            answered[i] = (System.nanoTime() - asked) / 1e6;
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).until(() -> phone82.isShownAsShipped(id));
            shipped[i] = (System.nanoTime() - asked) / 1e6 - answered[i];
        }
        print("one client, order median ms", median(answered));
        print("one client, accepted to seen Shipped median ms", median(shipped));
    }

    private void lists(PackedJar phone82) throws Exception {
        for (String list : List.of("/orders", "/payments", "/deliveries", "/history", "/history?status=Shipped")) {
            double[] millis = new double[SINGLE];
            for (int i = 0; i < SINGLE; i++) {
                long asked = System.nanoTime();
                phone82.get(list);
                millis[i] = (System.nanoTime() - asked) / 1e6;
            }
            print("GET " + list + " median ms", median(millis));
        }
    }

    private void cancellations(PackedJar phone82) throws Exception {
        String first = phone82.firstOrder();
        print("first cancellation ms", timed(() -> phone82.cancel(first)));
        double[] millis = IntStream.range(0, SINGLE).mapToDouble(i -> {
            try {
                String id = PackedJar.id(phone82.order().body());
                return timed(() -> phone82.cancel(id));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }).toArray();
        print("cancellation median ms", median(millis));
    }

    private double timed(Callable<HttpResponse<String>> cancellation) throws Exception {
        long asked = System.nanoTime();
        HttpResponse<String> answer = cancellation.call();
        double millis = (System.nanoTime() - asked) / 1e6;
        if (answer.statusCode() != 200) {
            System.out.println("  " + answer.statusCode() + " " + answer.body());
            refused++;
        }
        return millis;
    }

    private static double median(double[] values) {
        return Arrays.stream(values).sorted().skip(values.length / 2).findFirst().orElseThrow();
    }

    private void print(String name, double value) {
        if (next == measured.size()) {
            measured.add(value);
        }
        double first = measured.get(next++);
        System.out.println(String.format(Locale.ROOT, "  %-50s %9.1f", name, value)
                + (first == 0 ? "" : String.format(Locale.ROOT, "  %5.2f of the first", value / first)));
    }
}
