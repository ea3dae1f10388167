package phone82.customer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import phone82.customer.Recorded.Row;
import phone82.platform.Json;
import phone82.platform.Problem;
import phone82.platform.http.Contract;
import phone82.platform.http.Endpoint;

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
 * and one that takes nothing between two heart-beats is cut off. While nobody reads, it rests.
 */
class HistoryStream implements Endpoint, MeterBinder, DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(HistoryStream.class);

    private static final Buffer HEART_BEAT = Buffer.buffer("event: heart-beat\ndata: {}\n\n");
    /** A reader that was cut off comes back after so many milliseconds. */
    private static final Buffer WELCOME = Buffer.buffer("retry: 1000\n\n");

    private final Recorded recorded;
    private final Contract contract;
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
    private volatile long lastRead = System.nanoTime();
    private boolean reading;

    HistoryStream(Recorded recorded, Contract contract, StreamLimits limits) {
        this.recorded = recorded;
        this.contract = contract;
        this.limits = limits;
        thread.scheduleWithFixedDelay(this::beat, limits.heartBeat().toMillis(), limits.heartBeat().toMillis(), MILLISECONDS);
    }

    /** One who listens. Live is who has all that was told so far; who is not is on the way there, as fast as it takes what it gets. */
    private static final class Reader {
        private final RoutingContext request;
        private final HttpServerResponse response;
        private final Long orderId;
        /** Up to here it was told everything. */
        private long position;
        private boolean live;
        private boolean draining;
        private boolean wasFull;

        Reader(RoutingContext request, Long orderId) {
            this.request = request;
            this.response = request.response();
            this.orderId = orderId;
        }

        /** At once: the response's own close would wait until the reader has taken what is on the way. */
        void cutOff() {
            ((ConnectionBase) request.request().connection()).channel().close();
        }
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        this.vertx = vertx;
        router.get("/history/stream").handler(this::open);
    }

    private void open(RoutingContext request) {
        Map<String, Object> parameters = contract.parameters("customer-stream-history", request.request());
        if (open.incrementAndGet() > limits.readers()) {
            open.decrementAndGet();
            throw new Problem(503, "Too many readers", "All places at the stream are taken. Try again in 5 s.").header("Retry-After", 5);
        }
        HttpServerResponse response = request.response();
        Reader reader = new Reader(request, (Long) parameters.get("orderId"));
        response.closeHandler(closed -> {
            open.decrementAndGet();
            readers.remove(reader);
        });
        response.setChunked(true).setWriteQueueMaxSize(limits.queue()).exceptionHandler(cutOff -> { })
                .putHeader("Content-Type", "text/event-stream").putHeader("Cache-Control", "no-store");
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
            readers.add(reader);
            if (reader.response.closed()) {
                readers.remove(reader);
                return;
            }
            reader.response.write(WELCOME);
            if (lastEventId == null) {
                reader.live = true;
            } else {
                tell(recorded.next());
                reader.position = lastEventId;
                resume(reader);
            }
        } catch (DataAccessException e) {
            LOG.warn("The stream cannot begin: {}", e.toString());
            if (reader.response.headWritten()) {
                reader.cutOff();
            } else {
                reader.request.fail(new Problem(503, "Temporarily unavailable", "The view cannot be read at the moment. Try again in 5 s.")
                        .header("Retry-After", 5));
            }
        }
    }

    /** Sends what was missed, page by page. */
    private void resume(Reader reader) {
        if (!recorded.covers(reader.position, limits.behind())) {
            reader.position = recorded.complete();
            reader.response.write("id: " + reader.position + "\nevent: reset\ndata: {}\n\n");
            reader.live = true;
            return;
        }
        List<Row> missed = recorded.after(reader.position, reader.orderId);
        if (!missed.isEmpty()) {
            Buffer events = Buffer.buffer();
            missed.forEach(row -> events.appendBuffer(text(row)));
            reader.response.write(events);
            reader.position = missed.get(missed.size() - 1).seq();
        }
        if (missed.size() < Recorded.BATCH) {
            reader.live = true;
        } else {
            resumeWhenDrained(reader);
        }
    }

    private void resumeWhenDrained(Reader reader) {
        reader.live = false;
        reader.draining = true;
        Runnable resume = () -> {
            if (reader.draining) {
                reader.draining = false;
                try {
                    resume(reader);
                } catch (DataAccessException e) {
                    reader.cutOff();
                }
            }
        };
        reader.response.drainHandler(drained -> thread.execute(resume));
        if (!reader.response.writeQueueFull()) {
            thread.execute(resume);
        }
    }

    @Override
    public void bindTo(MeterRegistry figures) {
        Gauge.builder("phone82.stream.readers", open, AtomicInteger::get).register(figures);
    }

    /** Told by whoever has recorded an event. */
    void wake() {
        if (!readers.isEmpty() && asked.compareAndSet(false, true)) {
            // with more readers it reads less often and more at once, so that telling them takes no more of the machine
            long restNanos = MILLISECONDS.toNanos(readers.size() / 4) - (System.nanoTime() - lastRead);
            thread.schedule(() -> guarded(this::read), restNanos, NANOSECONDS);
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
        List<Row> rows = recorded.next();
        lastRead = System.nanoTime();
        tell(rows);
        if (rows.size() >= Recorded.BATCH) {
            wake();
        }
    }

    private void tell(List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        Buffer all = Buffer.buffer();
        Map<Long, Buffer> byOrder = new HashMap<>();
        for (Row row : rows) {
            Buffer text = text(row);
            all.appendBuffer(text);
            byOrder.computeIfAbsent(row.happened().orderId(), first -> Buffer.buffer()).appendBuffer(text);
        }
        for (Reader reader : readers) {
            Buffer events = reader.orderId == null ? all : byOrder.get(reader.orderId);
            if (reader.live && events != null) {
                if (reader.response.writeQueueFull()) {
                    resumeWhenDrained(reader);
                    continue;
                }
                reader.response.write(events);
            }
            if (reader.live) {
                reader.position = recorded.complete();
            }
        }
        awaitEventLoop();
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

    private Buffer text(Row row) {
        return Buffer.buffer("id: " + Math.min(row.seq(), recorded.complete()) + "\nevent: progress\ndata: " + Json.text(row.happened()) + "\n\n");
    }

    private void beat() {
        for (Reader reader : readers) {
            boolean full = reader.response.writeQueueFull();
            if (full && reader.wasFull) {
                reader.cutOff();
            } else if (!full) {
                reader.response.write(HEART_BEAT);
            }
            reader.wasFull = full;
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
