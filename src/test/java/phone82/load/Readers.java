package phone82.load;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import org.awaitility.core.ConditionTimeoutException;
import phone82.platform.api.Json;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Clients that follow orders through the gateway, in a process of their own. Given the accepted orders, they report what they received. */
final class Readers implements AutoCloseable {

    private static final String OPEN = "open";
    /** A reader of single orders continues with the order this many later, which has not been placed yet. */
    private static final int NEXT = 1000;
    private static final int EVENTS = 4;

    private final Process process;
    private final BufferedReader output;

    /** The orders that a reader follows. */
    enum Following {
        /** All orders, as a dealer with the list open. */
        ALL,
        /** One order until it is shipped and then another, as a customer. */
        ONE
    }

    /**
     * The task of the readers.
     *
     * @param firstOrder no earlier order is followed
     */
    record Plan(String gateway, Following following, int readers, long firstOrder) {
    }

    /**
     * The results of the readers.
     *
     * @param events     of all readers together
     * @param orders     orders followed to their end, of all readers together
     * @param missing    events of accepted orders that a reader did not receive
     * @param twice      events that a reader received more than once
     * @param cutOff     streams that the server ended or reset
     * @param cpuSeconds used by the readers' process
     */
    record Seen(long events, long orders, long missing, long twice, int cutOff, double cpuSeconds) {
    }

    /** Returns when all streams are open. */
    Readers(Plan plan, Path folder) throws IOException {
        Files.createDirectories(folder);
        process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-XX:+UseSerialGC",
                "-cp", System.getProperty("java.class.path"), Readers.class.getName(), Json.text(plan))
                .redirectError(folder.resolve("readers.txt").toFile()).start();
        output = process.inputReader();
        assertThat(output.readLine()).as("see %s", folder).isEqualTo(OPEN);
    }

    /** @param accepted the orders that were placed since, all of them shipped */
    Seen seen(List<Long> accepted) throws IOException {
        try (var input = process.outputWriter()) {
            input.write(Json.text(accepted) + "\n");
        }
        return Json.read(output.readLine(), Seen.class);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) throws Exception {
        Plan plan = Json.read(arguments[0], Plan.class);
        Vertx vertx = Vertx.vertx();
        HttpClient client = vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(2 * plan.readers));
        AtomicInteger begun = new AtomicInteger();
        List<Reader> readers = IntStream.range(0, plan.readers).mapToObj(number -> new Reader(plan, number, vertx, client, begun)).toList();
        readers.forEach(Reader::open);
        await().atMost(Duration.ofSeconds(30)).until(() -> begun.get() >= plan.readers);
        System.out.println(OPEN);

        long[] accepted = Json.MAPPER.readValue(System.in, long[].class);
        awaitQuietly(() -> readers.stream().allMatch(reader -> reader.missing(accepted) == 0));
        System.out.println(Json.text(new Seen(readers.stream().mapToLong(reader -> reader.events.get()).sum(),
                readers.stream().mapToLong(reader -> reader.orders(accepted)).sum(),
                readers.stream().mapToLong(reader -> reader.missing(accepted)).sum(),
                readers.stream().mapToLong(reader -> reader.twice).sum(),
                readers.stream().mapToInt(reader -> reader.cutOff).sum(),
                ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1000.0)));
        System.exit(0);
    }

    private static void awaitQuietly(Callable<Boolean> condition) {
        try {
            await().atMost(Duration.ofSeconds(30)).until(condition);
        } catch (ConditionTimeoutException e) {
            // the result has the number of missing events
        }
    }

    /** One stream at a time. */
    private static final class Reader {

        private static final byte[] ID = "id: ".getBytes(US_ASCII);
        private static final byte[] ORDER = "\nevent: progress\ndata: {\"orderId\":".getBytes(US_ASCII);
        private static final int RESET = "\nevent: ".length();
        private static final byte[] TYPE = ",\"type\":\"".getBytes(US_ASCII);
        /** The data that begins with an id is longer than this. */
        private static final int LEAST = 20;

        private final Plan plan;
        private final Vertx vertx;
        private final HttpClient client;
        private final AtomicInteger begun;
        private final AtomicLong events = new AtomicLong();
        /** Four bits per order. */
        private final BitSet seen = new BitSet();
        private volatile long order;
        private String lastEventId;
        private HttpClientRequest stream;
        private byte[] rest = {};
        private volatile long twice;
        private volatile int cutOff;

        Reader(Plan plan, int number, Vertx vertx, HttpClient client, AtomicInteger begun) {
            this.plan = plan;
            this.vertx = vertx;
            this.client = client;
            this.begun = begun;
            this.order = plan.firstOrder + number;
        }

        void open() {
            long followed = order;
            String query = plan.following == Following.ONE ? "?orderId=" + followed : "";
            client.request(new RequestOptions().setMethod(HttpMethod.GET).setAbsoluteURI(plan.gateway + "/history/stream" + query))
                    .compose(request -> {
                        stream = request;
                        if (lastEventId != null) {
                            request.putHeader("Last-Event-ID", lastEventId);
                        }
                        return request.send();
                    })
                    .onFailure(refused -> cutOff++)
                    .onSuccess(answer -> {
                        cutOff += answer.statusCode() == 200 ? 0 : 1;
                        answer.exceptionHandler(lost -> cutOff += followed == order ? 1 : 0).handler(part -> {
                            if (followed == order) {
                                read(part.getBytes());
                            }
                        });
                        begun.incrementAndGet();
                    });
        }

        private synchronized void read(byte[] part) {
            byte[] bytes = Arrays.copyOf(rest, rest.length + part.length);
            System.arraycopy(part, 0, bytes, rest.length, part.length);
            int from = 0;
            for (int i = 1; i < bytes.length; i++) {
                if (bytes[i] == '\n' && bytes[i - 1] == '\n') {
                    if (bytes[from] == ID[0]) {
                        note(bytes, from);
                    }
                    from = i + 1;
                    i = from + (from < bytes.length && bytes[from] == ID[0] ? LEAST : 1);
                }
            }
            rest = Arrays.copyOfRange(bytes, from, bytes.length);
        }

        private void note(byte[] bytes, int from) {
            int end = digits(bytes, from + ID.length);
            if (bytes[end + RESET] == 'r') {
                cutOff++;
                return;
            }
            long orderId = number(bytes, end + ORDER.length);
            int type = digits(bytes, end + ORDER.length) + TYPE.length;
            int bit = bit(orderId) + switch (bytes[type]) {
                case 'P' -> 1;
                case 'S' -> 3;
                default -> bytes[type + 5] == 'R' ? 2 : 0;
            };
            if (bit < 0) {
                return;
            }
            events.incrementAndGet();
            if (seen.get(bit)) {
                twice++;
                return;
            }
            seen.set(bit);
            if (plan.following == Following.ONE && hasSeen(orderId)) {
                lastEventId = new String(bytes, from + ID.length, end - from - ID.length, US_ASCII);
                // until then it would detect duplicates
                vertx.setTimer(1000, passed -> turnTo(orderId + NEXT));
            }
        }

        private synchronized void turnTo(long next) {
            order = next;
            rest = new byte[0];
            stream.reset();
            open();
        }

        private int bit(long orderId) {
            return (int) (orderId - plan.firstOrder) * EVENTS;
        }

        private static int digits(byte[] bytes, int at) {
            int end = at;
            while (bytes[end] >= '0' && bytes[end] <= '9') {
                end++;
            }
            return end;
        }

        private static long number(byte[] bytes, int at) {
            long number = 0;
            for (int i = at; bytes[i] >= '0' && bytes[i] <= '9'; i++) {
                number = number * 10 + bytes[i] - '0';
            }
            return number;
        }

        private boolean hasSeen(long orderId) {
            int bit = bit(orderId);
            return seen.nextClearBit(bit) >= bit + EVENTS;
        }

        /** A reader of single orders follows those to which it has turned. */
        private boolean follows(long orderId) {
            return plan.following == Following.ALL || orderId <= order && (order - orderId) % NEXT == 0;
        }

        synchronized long orders(long[] accepted) {
            return Arrays.stream(accepted).filter(this::follows).filter(this::hasSeen).count();
        }

        synchronized long missing(long[] accepted) {
            return Arrays.stream(accepted).filter(this::follows).map(id -> EVENTS - seen.get(bit(id), bit(id) + EVENTS).cardinality()).sum();
        }
    }
}
