package phone82.customer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import phone82.customer.Recorded.Happened;
import phone82.customer.Recorded.Mark;
import phone82.customer.Recorded.Missed;
import phone82.customer.Recorded.Row;
import phone82.platform.Json;
import phone82.platform.Problem;
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
 * Tells readers what happens to orders as it happens: {@code GET /history/stream}, server-sent events. One thread reads what was
 * recorded, woken by the commits of this replica and now and then for those of others, and hands it to all readers. Nothing is
 * kept for a reader but what is on the way to it: one that is slow is told the rest, out of the database, when it has taken that,
 * and one that takes next to nothing between two heart-beats is cut off. While nobody reads, it rests.
 */
class HistoryStream implements Endpoint, MeterBinder, DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(HistoryStream.class);

    /** Milliseconds from one look to the next; one for each reader where there was more to tell, so that telling many takes no more of the machine. */
    private static final int REST = 40;

    private static final Buffer NOTHING = Buffer.buffer();
    private static final Buffer HEART_BEAT = Buffer.buffer("event: heart-beat\ndata: {}\n\n");
    /** A reader that was cut off comes back after so many milliseconds. */
    private static final Buffer WELCOME = Buffer.buffer("retry: 1000\n\n");

    private final Recorded recorded;
    private final Contract contract;
    private final Authentication authentication;
    private final StreamLimits limits;
    private final AtomicInteger open = new AtomicInteger();
    private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean asked = new AtomicBoolean();
    private final ScheduledExecutorService thread = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "history-stream");
        thread.setDaemon(true);
        return thread;
    }, new ThreadPoolExecutor.DiscardPolicy());
    private Vertx vertx;
    private volatile long restUntil = System.nanoTime();
    private boolean reading;

    HistoryStream(Recorded recorded, Contract contract, Authentication authentication, StreamLimits limits) {
        this.recorded = recorded;
        this.contract = contract;
        this.authentication = authentication;
        this.limits = limits;
        thread.scheduleWithFixedDelay(this::beat, limits.heartBeat().toMillis(), limits.heartBeat().toMillis(), MILLISECONDS);
    }

    /** One who listens. Live is who has all that was told so far; who is not is on the way there, as fast as it takes what it gets. */
    private static final class Reader {
        private final RoutingContext request;
        private final StreamReader connection;
        private final HttpServerResponse response;
        private final Scope scope;
        /** What it has been told; null while it is live. */
        private Mark told;
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
        Caller caller = authentication.caller(contract.roles("customer-stream-history"), request.request());
        Map<String, Object> parameters = contract.parameters("customer-stream-history", request.request());
        if (open.incrementAndGet() > limits.readers()) {
            open.decrementAndGet();
            throw new Problem(503, "Too many readers", "All places at the stream are taken. Try again in 5 s.").header("Retry-After", 5);
        }
        Reader reader = new Reader(request, Scope.of(caller, (Long) parameters.get("orderId")));
        request.addEndHandler(ended -> {
            open.decrementAndGet();
            readers.remove(reader);
        });
        reader.response.setChunked(true).setWriteQueueMaxSize(limits.queue()).drainHandler(drained -> thread.execute(() -> drained(reader)))
                .putHeader("Content-Type", "text/event-stream").putHeader("Cache-Control", "no-store")
                // or nginx would keep events back until it has a page full of them
                .putHeader("X-Accel-Buffering", "no");
        thread.execute(() -> welcome(reader, (Long) parameters.get("Last-Event-ID")));
    }

    /** The answer begins when the reader is among those that are told: what happens from then on it hears. */
    private void welcome(Reader reader, Long lastEventId) {
        try {
            if (!reading) {
                recorded.begin();
                reading = true;
                thread.schedule(this::poll, limits.poll().toMillis(), MILLISECONDS);
            }
            if (lastEventId != null) {
                read();
                reader.told = new Mark(lastEventId, Set.of());
            }
        } catch (DataAccessException e) {
            LOG.warn("The stream cannot begin: {}", e.toString());
            reader.request.fail(new Problem(503, "Temporarily unavailable", "The view cannot be read at the moment. Try again in 5 s.")
                    .header("Retry-After", 5));
            return;
        }
        readers.add(reader);
        if (reader.response.closed()) {
            readers.remove(reader);
            return;
        }
        reader.response.write(WELCOME);
        if (lastEventId != null) {
            resume(reader);
        }
    }

    /** Sends what was missed, page by page, as fast as it is taken. */
    private void resume(Reader reader) {
        if (!recorded.covers(reader.told, limits.behind())) {
            reader.response.write("id: " + recorded.complete() + "\nevent: reset\ndata: {}\n\n");
            reader.told = null;
            return;
        }
        try {
            Missed missed = recorded.after(reader.told, reader.scope);
            if (!missed.rows().isEmpty()) {
                reader.response.write(text(missed.rows(), reader.scope));
                awaitEventLoop();
            }
            if (missed.whole()) {
                reader.told = null;
            } else {
                resumeWhenDrained(reader, missed.end());
            }
        } catch (DataAccessException e) {
            reader.connection.cutOff();
        }
    }

    private void resumeWhenDrained(Reader reader, Mark told) {
        reader.told = told;
        reader.draining = true;
        if (!reader.response.writeQueueFull()) {
            thread.execute(() -> drained(reader));
        }
    }

    private void drained(Reader reader) {
        reader.stuck = false;
        if (reader.draining) {
            reader.draining = false;
            resume(reader);
        }
    }

    @Override
    public void bindTo(MeterRegistry figures) {
        Gauge.builder("phone82.stream.readers", open, AtomicInteger::get).register(figures);
    }

    /** Told by whoever has recorded an event. The first one is told at once, those that follow closely are told together. */
    void wake() {
        if (!readers.isEmpty() && asked.compareAndSet(false, true)) {
            thread.schedule(() -> guarded(this::read), restUntil - System.nanoTime(), NANOSECONDS);
        }
    }

    private void poll() {
        if (readers.isEmpty()) {
            reading = false;
        } else {
            guarded(this::read);
            thread.schedule(this::poll, limits.poll().toMillis(), MILLISECONDS);
        }
    }

    private void read() {
        asked.set(false);
        int told = 0;
        List<Row> rows;
        do {
            Mark before = recorded.mark();
            rows = recorded.next();
            if (!rows.isEmpty()) {
                told = tell(rows, before);
            }
        } while (rows.size() >= Recorded.BATCH);
        restUntil = System.nanoTime() + MILLISECONDS.toNanos(Math.max(REST, told));
    }

    /** Returns how many readers there were to tell. */
    private int tell(List<Row> rows, Mark before) {
        Map<Scope, Buffer> texts = new HashMap<>();
        int told = 0;
        for (Reader reader : readers) {
            Buffer events = reader.told != null ? NOTHING : texts.computeIfAbsent(reader.scope, scope -> text(rows, scope));
            if (events.length() == 0) {
                continue;
            }
            if (reader.response.writeQueueFull()) {
                resumeWhenDrained(reader, before);
            } else {
                reader.response.write(events);
                told++;
            }
        }
        awaitEventLoop();
        return told;
    }

    /** What is told does not pile up before an event loop that has other work: nothing more is read until it is done with this. */
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
        Buffer events = Buffer.buffer();
        rows.stream().filter(scope::includes).forEach(row -> events.appendBuffer(text(row, scope)));
        return events;
    }

    private Buffer text(Row row, Scope scope) {
        Happened happened = scope.isOwn(row) ? row.happened() : row.happened().withoutAmount();
        return Buffer.buffer("id: " + Math.min(row.seq(), recorded.complete()) + "\nevent: progress\ndata: " + Json.text(happened) + "\n\n");
    }

    private void beat() {
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

    /** What cannot be read now is read at the next turn. */
    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (DataAccessException e) {
            LOG.warn("The stream waits for the database: {}", e.toString());
        }
    }

    @Override
    public void destroy() {
        thread.shutdownNow();
    }
}
