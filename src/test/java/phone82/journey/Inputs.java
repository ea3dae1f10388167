package phone82.journey;

import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.journey.RawHttp.Answer;
import phone82.journey.RawHttp.Connection;
import phone82.platform.api.Json;

import java.text.Normalizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Random texts and numbers through the gateway: each order is refused as bad input, or all contexts store it as the customer
 * meant it, and it is shipped. {@code -Dphone82.inputs.seed=..} repeats a run.
 */
public final class Inputs {

    private static final long SEED = Long.getLong("phone82.inputs.seed", ThreadLocalRandom.current().nextLong());
    private static final int CLIENTS = 8;
    private static final Pattern SHOWN = Pattern.compile("[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Zl}\\p{Zp}\\u00a0\\u3000\\u3164\\ufe0f]+");

    private static final String[] LISTED = {"galaxy-z-fold7", "iphone-17-pro", "pixel-10", "note20"};
    private static final String[] SEEN = {"x", "7", "\u00e9", "\uac01", "\u0436", "\u6f22", "\u05d0", "\ud83d\udcf1", "\ud83d\ude00", "\ud840\udc00", "\"", "\\", "'", "%", "<", "&", "_", "{", "$"};
    private static final String[] UNSEEN = {"\u0000", "\u0007", "\n", "\r", "\t", "\u001b", "\u007f", "\u0085", "\u00a0", "\u00ad", "\u034f", "\u061c", "\u115f", "\u180e", "\u2003", "\u200b",
            "\u200d", "\u200e", "\u2028", "\u202e", "\u2060", "\u2066", "\u2800", "\u3000", "\u3164", "\ue000", "\ufe0f", "\ufeff", "\ufff9", "\ufffd", "\uffff", "\udb40\udc41", "\\ud800", "\\udc00"};
    private static final String[] NUMBERS = {"0", "-1", "101", "1.0", "1e0", "01", "+1", "-0", "\"1\"", "null", "true", "2147483648", "9223372036854775808", "1e999", "\u0661", "\uff11", "0x1", ""};

    private final Phone82Extension phone82;
    private final ThreadLocal<Connection> connection = new ThreadLocal<>();
    private final Map<String, String> placed = new ConcurrentHashMap<>();
    private final Map<Integer, AtomicInteger> statuses = new ConcurrentSkipListMap<>();

    private Inputs(Phone82Extension phone82) {
        this.phone82 = phone82;
    }

    /** An item as JSON, its stored form, and its price; a null {@code kept} means that it must be refused. */
    private record Input(String json, String kept, long price) {
    }

    /** Sends {@code number} inputs, and follows the accepted ones to their end. */
    public static void send(Phone82Extension phone82, int number) throws Exception {
        System.out.println("-Dphone82.inputs.seed=" + SEED);
        Inputs inputs = new Inputs(phone82);
        long start = System.nanoTime();
        inputs.send(number);
        System.out.printf("%,d inputs in %d s, answers %s%n", number, Duration.ofNanos(System.nanoTime() - start).toSeconds(), inputs.statuses);
        inputs.assertStoredAndShipped();
    }

    private void send(int number) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        List<Future<?>> done = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int first = i;
            done.add(clients.submit(() -> {
                try (Connection own = new RawHttp(phone82.port(Context.GATEWAY)).connect()) {
                    connection.set(own);
                    for (int n = first; n < number; n += CLIENTS) {
                        try {
                            send(new SplittableRandom(SEED * 31 + n));
                        } catch (AssertionError | RuntimeException e) {
                            throw new AssertionError("input " + n + " of seed " + SEED + ": " + e.getMessage(), e);
                        }
                    }
                }
                return null;
            }));
        }
        clients.shutdown();
        for (Future<?> each : done) {
            each.get();
        }
    }

    private void send(SplittableRandom random) {
        switch (random.nextInt(4)) {
            case 0 -> list(random);
            case 1 -> find(random);
            default -> order(random);
        }
    }

    /** A busy machine may be late occasionally, but not repeatedly with the same input. */
    private Answer answer(String request) {
        return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(200)).pollInSameThread()
                .until(() -> once(request), answer -> answer.status() != 503);
    }

    private Answer once(String request) {
        connection.get().send(request);
        Answer answer = connection.get().answer();
        statuses.computeIfAbsent(answer.status(), status -> new AtomicInteger()).incrementAndGet();
        return answer;
    }

    private void order(SplittableRandom random) {
        Input item = item(random);
        boolean right = random.nextInt(3) > 0;
        String qty = right ? String.valueOf(random.nextInt(1, 101)) : any(random, NUMBERS);
        String body = "{\"item\":\"" + item.json + "\",\"qty\":" + qty + "}";
        String request = "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nIdempotency-Key: " + UUID.randomUUID()
                + "\r\nContent-Length: " + body.getBytes(UTF_8).length + "\r\n\r\n" + body;
        Answer answer = answer(request);
        if (!right || item.kept == null) {
            assertThat(answer.problem()).as(body).isIn(400, 422);
            return;
        }
        assertThat(answer.status()).as(body + " " + answer).isEqualTo(201);
        assertThat(answer.json().get("item").asText()).isEqualTo(item.kept).matches(SHOWN);
        assertThat(answer.json().get("amount").asLong()).as(body).isEqualTo(item.price * Long.parseLong(qty));
        placed.put(answer.json().get("id").asText(), item.kept + " x " + qty);
    }

    private static Input item(SplittableRandom random) {
        String text = any(random, SEEN).repeat(new int[] {1, 2, 50, 51, 99, 100}[random.nextInt(6)]);
        return switch (random.nextInt(10)) {
            case 0, 1 -> {
                String listed = any(random, LISTED);
                String spelt = listed.codePoints().mapToObj(c -> random.nextBoolean() ? Character.toString(c) : Character.toString(c).toUpperCase(Locale.ROOT))
                        .collect(Collectors.joining()).replace("-", any(random, "-", " ", "_", "--"));
                yield new Input(" ".repeat(random.nextInt(3)) + spelt + " ".repeat(random.nextInt(3)), listed, price(listed));
            }
            case 2 -> new Input(any(random, LISTED).replaceFirst("a", any(random, "\u0430", "\u0251", "\u00e1")).replaceFirst("o", any(random, "\u043e", "\u03bf", "\u00f3", "0"))
                    .replace('l', 'I').replaceFirst("^p", "\u0440"), null, 0);
            case 3, 4, 5 -> {
                int at = text.offsetByCodePoints(0, random.nextInt(text.codePointCount(0, text.length()) + 1));
                yield new Input(escaped(text.substring(0, at)) + json(random, any(random, UNSEEN)) + escaped(text.substring(at)), null, 0);
            }
            case 6 -> new Input(any(random, "", " ", "   ", escaped("x".repeat(101)), escaped("\ud83d\ude00".repeat(101)), escaped(text + "y".repeat(101))), null, 0);
            case 7 -> {
                String composed = "\uac01\u00e9" + any(random, "\uac00", "\u00fc");
                yield new Input(Normalizer.normalize(composed, Normalizer.Form.NFD), composed, 1_000_000);
            }
            default -> new Input(" ".repeat(random.nextInt(2)) + escaped(text), text, 1_000_000);
        };
    }

    private static long price(String listed) {
        return Map.of("galaxy-z-fold7", 2_379_300L, "iphone-17-pro", 1_790_000L, "pixel-10", 1_150_000L, "note20", 1_199_000L).get(listed);
    }

    private static String escaped(String text) {
        String json = Json.text(text);
        return json.substring(1, json.length() - 1);
    }

    /** As an escape or, where JSON permits it, unescaped. */
    private static String json(SplittableRandom random, String character) {
        if (character.startsWith("\\")) {
            return character;
        }
        return character.charAt(0) < ' ' || random.nextBoolean()
                ? character.chars().mapToObj(c -> String.format("\\u%04x", c)).collect(Collectors.joining()) : character;
    }

    private void list(SplittableRandom random) {
        boolean right = random.nextBoolean();
        String size = right ? String.valueOf(random.nextInt(1, 201)) : any(random, "0", "-1", "201", "01", "+1", "%2B1", "1.0", "1e1", "%D9%A1", "%EF%BC%91", "", "%20", "1%20", "9223372036854775808");
        Answer answer = answer("GET /" + any(random, "orders", "payments", "deliveries", "history") + "?size=" + size + " HTTP/1.1\r\nHost: shop\r\n\r\n");
        if (right) {
            assertThat(answer.status()).as(size).isEqualTo(200);
            assertThat(answer.json().get("items").size()).isLessThanOrEqualTo(Integer.parseInt(size));
        } else {
            assertThat(answer.problem()).as(size).isEqualTo(400);
        }
    }

    private void find(SplittableRandom random) {
        Input item = item(random);
        String name = item.kept == null ? "\u200b" : item.kept;
        StringBuilder escaped = new StringBuilder();
        for (byte b : name.getBytes(UTF_8)) {
            escaped.append(String.format("%%%02X", b));
        }
        Answer answer = answer("GET /history?item=" + escaped + "%20 HTTP/1.1\r\nHost: shop\r\n\r\n");
        if (item.kept == null) {
            assertThat(answer.problem()).isEqualTo(400);
        } else {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.json().get("items")).allSatisfy(order -> assertThat(order.get("item").asText()).isEqualTo(item.kept));
        }
    }

    private void assertStoredAndShipped() {
        assertThat(placed).isNotEmpty();
        Map<String, String> expected = new TreeMap<>(placed);
        await().atMost(Duration.ofMinutes(5)).pollInterval(Duration.ofMillis(200)).untilAsserted(() ->
                assertThat(kept(Context.STORE, "order_id", "delivery where status = 'Shipped'").keySet().containsAll(expected.keySet())).as("shipped").isTrue());
        assertThat(kept(Context.APP, "id", "orders")).isEqualTo(expected);
        assertThat(kept(Context.PAY, "order_id", "payment")).isEqualTo(expected);
        assertThat(kept(Context.STORE, "order_id", "delivery")).isEqualTo(expected);
        await().untilAsserted(() -> assertThat(kept(Context.CUSTOMER, "order_id", "history").equals(expected)).as("seen").isTrue());
    }

    private Map<String, String> kept(Context context, String id, String rows) {
        Map<String, String> kept = new TreeMap<>();
        phone82.bean(context, JdbcTemplate.class).query("select " + id + ", item, qty from " + rows, row -> {
            if (placed.containsKey(row.getString(1))) {
                kept.put(row.getString(1), row.getString(2) + " x " + row.getInt(3));
            }
        });
        return kept;
    }

    private static String any(SplittableRandom random, String... values) {
        return values[random.nextInt(values.length)];
    }
}
