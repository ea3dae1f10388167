package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.journey.RawHttp.Answer;
import phone82.journey.RawHttp.Connection;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Random requests for each public operation ({@code -Dphone82.fuzz.requests=10000} for more): each gets a well-formed answer without
 * internals, a refused request changes nothing, and memory and threads do not grow. {@code -Dphone82.fuzz.seed=..} repeats a run.
 */
class FuzzTest {

    private static final int REQUESTS = Integer.getInteger("phone82.fuzz.requests", 500);
    private static final int CLIENTS = 8;
    private static final long SEED = Long.getLong("phone82.fuzz.seed", ThreadLocalRandom.current().nextLong());
    private static final Pattern INSIDE = Pattern.compile("(?i)exception|\\bjava[./]|org[./]|io[./](netty|vertx)|phone82[./]|camel|hsqldb|hibernate|jackson"
            + "|networknt|\\bselect |insert into|\\bat [a-z]+\\.|stack ?trace|null ?pointer|localhost");

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.gateway.rate=0", "--phone82.store.dispatch-delay=1h",
            "--phone82.app.admission.patience=20s", "--phone82.gateway.response-timeout=25000");

    private final Map<Integer, AtomicInteger> statuses = new ConcurrentSkipListMap<>();
    private final Set<Long> placed = ConcurrentHashMap.newKeySet();
    private final Set<Long> cancelled = ConcurrentHashMap.newKeySet();

    /** An operation of the gateway with its generator. */
    private record Target(String name, Fuzz fuzz) {
    }

    @Test
    void everyRequestGetsAValidAnswer() throws Exception {
        System.out.println("-Dphone82.fuzz.seed=" + SEED);
        List<Target> targets = targets();
        fuzz(targets, 0, REQUESTS / 2);
        long heap = heap();
        int threads = threads();
        long start = System.nanoTime();

        fuzz(targets, REQUESTS / 2, REQUESTS);

        double seconds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0;
        long grown = heap() - heap;
        System.out.printf("%d operations, %,d requests each, %,.0f a second, answers %s; heap %+,d KB to %,d KB, threads %d to %d%n", targets.size(),
                REQUESTS, targets.size() * REQUESTS / 2 / seconds, statuses, grown / 1024, (heap + grown) / 1024, threads, threads());
        assertThat(grown).as("growth of the heap").isLessThan(16 << 20);
        // pools still grow to their limits; a leak would add thousands
        assertThat(threads()).as("threads").isLessThanOrEqualTo(threads + 150);
        assertOnlyAcceptedOrdersExist();
    }

    private void assertOnlyAcceptedOrdersExist() {
        assertThat(placed).isNotEmpty();
        assertThat(count(Context.APP, "orders")).isEqualTo(placed.size());
        assertThat(count(Context.APP, "idempotency")).isLessThanOrEqualTo(placed.size());
        assertThat(placed).containsAll(cancelled);
        for (Context participant : List.of(Context.APP, Context.STORE, Context.PAY)) {
            assertThat(count(participant, "saga")).as("cancellations known to %s", participant).isEqualTo(cancelled.size());
        }
        await().untilAsserted(() -> {
            assertThat(count(Context.PAY, "payment where status not in ('Rejected', 'Declined')")).isEqualTo(placed.size());
            assertThat(count(Context.STORE, "delivery")).isEqualTo(placed.size());
            assertThat(count(Context.CUSTOMER, "history")).isEqualTo(placed.size());
        });
    }

    private static int count(Context context, String rows) {
        return PHONE82.bean(context, JdbcTemplate.class).queryForObject("select count(*) from " + rows, Integer.class);
    }

    private void fuzz(List<Target> targets, int from, int to) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        List<Future<?>> done = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int first = from + i;
            done.add(clients.submit(() -> {
                for (int n = first; n < to; n += CLIENTS) {
                    // the clients are at different operations
                    for (int t = 0; t < targets.size(); t++) {
                        send(targets.get((t + first) % targets.size()), n);
                    }
                }
                hangUp();
            }));
        }
        clients.shutdown();
        for (Future<?> each : done) {
            each.get();
        }
    }

    private final ThreadLocal<Connection> connection = new ThreadLocal<>();
    private final ThreadLocal<String> before = new ThreadLocal<>();

    private void send(Target target, int n) {
        long seed = SEED * 31 + target.name.hashCode() * 1_000_003L + n;
        Fuzz.Request request = target.fuzz.request(seed);
        try {
            if (connection.get() == null) {
                connection.set(new RawHttp(PHONE82.port(Context.GATEWAY)).connect());
            }
            connection.get().send(request.bytes());
            Answer answer = connection.get().answer(request.method().equals("HEAD"));
            check(request, answer);
            before.set(request + "\n" + answer.status() + " " + answer.headers());
            if ("close".equals(answer.headers().get("connection")) || request.closes() || answer.status() == 400 || answer.status() == 413 || answer.status() == 414 || answer.status() == 431) {
                hangUp();
            }
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(target.name + ", request " + n + " of seed " + SEED + ":\n" + request + "\n" + e.getMessage() + "\nBefore it on the connection:\n" + before.get(), e);
        }
    }

    private void hangUp() {
        if (connection.get() != null) {
            connection.get().close();
            connection.remove();
        }
    }

    private void check(Fuzz.Request request, Answer answer) {
        assertThat(answer).as("an answer").isNotNull();
        statuses.computeIfAbsent(answer.status(), status -> new AtomicInteger()).incrementAndGet();
        assertThat(answer.status()).as(answer.toString()).isBetween(200, 499);
        if (request.method().equals("HEAD")) {
            return;
        }
        if (String.valueOf(answer.headers().get("content-type")).startsWith("text/html")) {
            // the page, which a GET may request
            assertThat(request.method()).isEqualTo("GET");
            return;
        }
        if (answer.status() >= 300) {
            answer.problem();
            String text = answer.text();
            assertThat(INSIDE.matcher(text).find() && !INSIDE.matcher(request.toString()).find()).as(text).isFalse();
        } else if (answer.status() == 201) {
            placed.add(answer.json().get("id").asLong());
        } else if (!request.method().equals("GET")) {
            // one of many requests may hit an existing order
            cancelled.add(answer.json().get("id").asLong());
        } else {
            answer.json();
        }
        assertThat(answer.headers().keySet()).as(answer.toString())
                .isSubsetOf("content-type", "content-length", "transfer-encoding", "connection", "location", "retry-after", "allow", "cache-control", "etag",
                        "x-content-type-options", "vary", "accept-encoding", "date");
    }

    /** The operations that the gateway offers, as the contracts describe them. */
    private static List<Target> targets() throws IOException {
        JsonNode document = PHONE82.gateway().get("/openapi.json").expect(200).body();
        List<Target> targets = new ArrayList<>();
        for (JsonNode element : new YAMLMapper().readTree(new File("routes/gateway/public-api.camel.yaml"))) {
            JsonNode rest = element.get("rest");
            for (String method : List.of("get", "post", "delete", "put", "patch")) {
                for (JsonNode operation : rest.path(method)) {
                    String path = rest.path("path").asText() + operation.path("path").asText();
                    String verb = method.toUpperCase(Locale.ROOT);
                    JsonNode definition = document.path("paths").path(path).path(method);
                    assertThat(definition.isMissingNode()).as(verb + " " + path).isEqualTo(path.equals("/openapi.json"));
                    targets.add(new Target(verb + " " + path, new Fuzz(verb, path, definition, document)));
                }
            }
        }
        return targets;
    }

    private static long heap() {
        System.gc();
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }
}
