package phone82.customer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import phone82.customer.RecordedEvents.Backlog;
import phone82.customer.RecordedEvents.OrderEvent;
import phone82.customer.RecordedEvents.Position;
import phone82.customer.RecordedEvents.Row;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.http.Authentication;
import phone82.platform.http.Contract;
import phone82.platform.http.Endpoint;
import phone82.platform.http.StreamReader;
import phone82.platform.identity.Caller;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

/**
 * {@code GET /history/stream}: server-sent events about the progress of orders. One thread reads recorded events and writes them to all
 * readers. Commits of this replica wake it; it polls for those of other replicas. It buffers nothing per reader except the write queue
 * of the connection: a slow reader gets later events from the database when its queue has drained, and a reader that takes hardly
 * anything between two heart-beats is disconnected. Without readers the thread is idle.
 */
class HistoryStream implements Endpoint, MeterBinder, DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(HistoryStream.class);

    /** Minimum pause between reads, ms; or 1 ms per reader that was written to, if that is longer. This limits the load of many readers. */
    private static final int MIN_PAUSE = 40;
    /** Most readers that one read brings up to date, each by a query, while the others wait for new events. */
    private static final int MOST_ARRIVING = 20;

    private static final Buffer NO_EVENTS = Buffer.buffer();
    private static final Buffer HEART_BEAT = Buffer.buffer("event: heart-beat\ndata: {}\n\n");
    /** The time after which a disconnected reader reconnects, ms. */
    private static final Buffer RETRY = Buffer.buffer("retry: 1000\n\n");

    private final RecordedEvents events;
    private final Contract contract;
    private final Authentication authentication;
    private final StreamLimits limits;
    private final AtomicInteger open = new AtomicInteger();
    private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean readScheduled = new AtomicBoolean();
    private final ScheduledExecutorService thread = new ScheduledThreadPoolExecutor(1,
            BasicThreadFactory.builder().namingPattern("history-stream").daemon(true).build(), new ThreadPoolExecutor.DiscardPolicy());
    private Vertx vertx;
    private boolean databaseFails;
    private volatile long pauseUntil = System.nanoTime();
    private boolean reading;

    HistoryStream(RecordedEvents events, Contract contract, Authentication authentication, StreamLimits limits) {
        this.events = events;
        this.contract = contract;
        this.authentication = authentication;
        this.limits = limits;
        thread.scheduleWithFixedDelay(this::sendHeartBeats, limits.heartBeat().toMillis(), limits.heartBeat().toMillis(), MILLISECONDS);
    }

    /** A connected reader. A live reader has every event so far; any other catches up from the database at its own pace. */
    private static final class Reader {
        private final RoutingContext request;
        private final StreamReader connection;
        private final HttpServerResponse response;
        private final Scope scope;
        /** Up to where it has been sent events; null while it is live. */
        private Position position;
        /** Whether the next read resumes it. */
        private boolean arriving;
        private boolean draining;
        private boolean stuck;

        Reader(RoutingContext request, Scope scope) {
            this.request = request;
            this.connection = new StreamReader(request.request());
            this.response = request.response();
            this.scope = scope;
        }
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        this.vertx = vertx;
        router.get("/history/stream").handler(this::open);
    }

    private void open(RoutingContext request) {
        Caller caller = authentication.caller(contract.roles("customer-stream-history"), request);
        Map<String, Object> parameters = contract.parameters("customer-stream-history", request.request());
        if (open.incrementAndGet() > limits.readers()) {
            open.decrementAndGet();
            throw new Problem(503, "Too many readers", "All places at the stream are taken.").retryAfter(5);
        }
        Reader reader = new Reader(request, Scope.of(caller, (Long) parameters.get("orderId")));
        request.addEndHandler(ended -> {
            open.decrementAndGet();
            readers.remove(reader);
        });
        reader.response.setChunked(true).setWriteQueueMaxSize(limits.queue()).drainHandler(drained -> thread.execute(() -> resumeDrained(reader)))
                .putHeader("Content-Type", "text/event-stream").putHeader("Cache-Control", "no-store")
                // otherwise nginx delays events until its buffer is full
                .putHeader("X-Accel-Buffering", "no");
        thread.execute(() -> register(reader, (Long) parameters.get("Last-Event-ID")));
    }

    /**
     * Registers the reader before the response begins, so that it misses no event from then on. Clients that come and go quickly cost no query each:
     * those that have left are ignored, and the others share reads.
     */
    private void register(Reader reader, Long lastEventId) {
        if (reader.response.closed()) {
            return;
        }
        boolean upToDate = false;
        try {
            if (!reading) {
                events.begin();
                reading = true;
                thread.schedule(this::poll, limits.poll().toMillis(), MILLISECONDS);
            }
            if (lastEventId != null) {
                reader.position = new Position(lastEventId, Set.of());
                upToDate = pauseUntil - System.nanoTime() <= 0;
                if (upToDate) {
                    read();
                }
            }
        } catch (DataAccessException e) {
            LOG.warn("The stream cannot start: {}", e.toString());
            reader.request.fail(new Problem(503, "Temporarily unavailable", "The view cannot be read at the moment.").retryAfter(5));
            return;
        }
        readers.add(reader);
        if (reader.response.closed()) {
            readers.remove(reader);
            return;
        }
        reader.response.write(RETRY);
        if (upToDate) {
            resume(reader);
        } else if (lastEventId != null) {
            reader.arriving = true;
            scheduleRead();
        }
    }

    /** Sends the events that the reader has missed, page by page, as fast as it takes them. */
    private void resume(Reader reader) {
        if (reader.response.closed()) {
            return;
        }
        if (!events.covers(reader.position, limits.behind())) {
            reader.response.write("id: " + events.lastComplete() + "\nevent: reset\ndata: {}\n\n");
            reader.position = null;
            return;
        }
        try {
            Backlog missed = events.after(reader.position, reader.scope);
            if (!missed.rows().isEmpty()) {
                reader.response.write(text(missed.rows(), reader.scope));
                awaitEventLoop();
            }
            if (missed.complete()) {
                reader.position = null;
            } else {
                resumeWhenDrained(reader, missed.end());
            }
        } catch (DataAccessException e) {
            reader.connection.cutOff();
        }
    }

    private void resumeWhenDrained(Reader reader, Position position) {
        reader.position = position;
        reader.draining = true;
        if (!reader.response.writeQueueFull()) {
            thread.execute(() -> resumeDrained(reader));
        }
    }

    private void resumeDrained(Reader reader) {
        reader.stuck = false;
        if (reader.draining) {
            reader.draining = false;
            resume(reader);
        }
    }

    @Override
    public void bindTo(MeterRegistry metrics) {
        Gauge.builder("phone82.stream.readers", open, AtomicInteger::get).register(metrics);
    }

    /** Called after an event is recorded. The first event is sent at once; events that follow closely are sent together. */
    void wake() {
        if (!readers.isEmpty()) {
            scheduleRead();
        }
    }

    private void scheduleRead() {
        if (readScheduled.compareAndSet(false, true)) {
            thread.schedule(() -> retryingLater(this::read), pauseUntil - System.nanoTime(), NANOSECONDS);
        }
    }

    private void poll() {
        if (readers.isEmpty()) {
            reading = false;
        } else {
            retryingLater(this::read);
            thread.schedule(this::poll, limits.poll().toMillis(), MILLISECONDS);
        }
    }

    private void read() {
        readScheduled.set(false);
        int sent = 0;
        List<Row> rows;
        do {
            Position before = events.position();
            rows = events.next();
            if (!rows.isEmpty()) {
                sent = send(rows, before);
            }
        } while (rows.size() >= RecordedEvents.BATCH);
        List<Reader> arriving = readers.stream().filter(reader -> reader.arriving).toList();
        for (Reader reader : arriving.subList(0, Math.min(arriving.size(), MOST_ARRIVING))) {
            reader.arriving = false;
            resume(reader);
        }
        pauseUntil = System.nanoTime() + MILLISECONDS.toNanos(Math.max(MIN_PAUSE, sent));
        if (arriving.size() > MOST_ARRIVING) {
            scheduleRead();
        }
    }

    /** Returns the number of readers that were written to. */
    private int send(List<Row> rows, Position before) {
        Map<Scope, Buffer> texts = new HashMap<>();
        int sent = 0;
        for (Reader reader : readers) {
            Buffer buffer = reader.position != null ? NO_EVENTS : texts.computeIfAbsent(reader.scope, scope -> text(rows, scope));
            if (buffer.length() == 0) {
                continue;
            }
            if (reader.response.writeQueueFull()) {
                resumeWhenDrained(reader, before);
            } else {
                reader.response.write(buffer);
                sent++;
            }
        }
        awaitEventLoop();
        return sent;
    }

    /** Waits until the event loop has handled the writes, so that they do not pile up while it is busy. */
    private void awaitEventLoop() {
        CountDownLatch reached = new CountDownLatch(1);
        vertx.runOnContext(done -> reached.countDown());
        try {
            reached.await(1, SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Buffer text(List<Row> rows, Scope scope) {
        Buffer buffer = Buffer.buffer();
        rows.stream().filter(scope::includes).forEach(row -> buffer.appendBuffer(text(row, scope)));
        return buffer;
    }

    private Buffer text(Row row, Scope scope) {
        OrderEvent event = scope.isOwn(row) ? row.event() : row.event().withoutAmount();
        return Buffer.buffer("id: " + Math.min(row.seq(), events.lastComplete()) + "\nevent: progress\ndata: " + Json.text(event) + "\n\n");
    }

    private void sendHeartBeats() {
        for (Reader reader : readers) {
            if (!reader.response.writeQueueFull()) {
                reader.response.write(HEART_BEAT);
            } else if (reader.stuck) {
                reader.connection.cutOff();
            } else {
                reader.stuck = true;
            }
        }
    }

    /** Logs the first of several failures of the database; the next poll tries again. */
    private void retryingLater(Runnable work) {
        try {
            work.run();
            databaseFails = false;
        } catch (DataAccessException e) {
            if (!databaseFails) {
                LOG.warn("The stream waits for the database: {}", e.toString());
            }
            databaseFails = true;
        }
    }

    @Override
    public void destroy() {
        thread.shutdownNow();
    }
}
