package phone82.gateway;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.gateway.login.RequestIdentity;
import phone82.platform.api.Problem;
import phone82.platform.http.ClientLimit;
import phone82.platform.http.Endpoint;
import phone82.platform.http.HttpServer;
import phone82.platform.http.StreamReader;
import phone82.platform.observability.Correlation;
import phone82.platform.tls.Tls;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A proxy for an endless event stream. It passes data on as fast as the reader takes it, and occupies no thread; a route would occupy one
 * until the last event.
 */
class StreamProxy implements Endpoint {

    private static final Logger LOG = LoggerFactory.getLogger(StreamProxy.class);

    /** Bytes in the write queue of a reader, above which the proxy stops reading from upstream, so that upstream sees a slow reader, too. */
    private static final int QUEUE = 64 * 1024;

    /** Longest wait for the head of the stream. */
    private static final int HEAD_MILLIS = 5000;

    /** The reader must reconnect, because its login must be checked again. */
    private static final Buffer RENEW = Buffer.buffer("event: renew\ndata: {}\n\n");

    private static final List<String> IN = List.of("Accept", "Authorization", "Last-Event-ID", Correlation.TRACEPARENT);
    private static final List<String> OUT = List.of("Content-Type", "Cache-Control", "Retry-After", "X-Accel-Buffering");

    private final String path;
    private final String upstream;
    private final Duration patience;
    private final int streamsPerClient;
    private final int streamsPerUser;
    private final int streams;
    private final ClientLimit<InetAddress> clients;
    private final ClientLimit<String> users;
    private final AtomicInteger open = new AtomicInteger();
    private Vertx vertx;
    private HttpClient client;

    /**
     * @param upstream         base URL of the context that serves the stream
     * @param patience         how long a reader may take nothing while its queue is full
     * @param streamsPerClient most streams of one address at once
     * @param streamsPerUser   most streams of one user who is no operator
     * @param streams          most streams of all, so that connections are left for other requests
     */
    StreamProxy(String path, String upstream, Duration patience, int streamsPerClient, int streamsPerUser, int streams) {
        this.path = path;
        this.upstream = upstream;
        this.patience = patience;
        this.streamsPerClient = streamsPerClient;
        this.streamsPerUser = streamsPerUser;
        this.streams = streams;
        this.clients = new ClientLimit<>(streamsPerClient);
        this.users = new ClientLimit<>(streamsPerUser);
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        this.vertx = vertx;
        // the idle timeout exceeds the heart-beat; the upstream context limits the number of streams
        client = vertx.httpClientBuilder()
                .with(Tls.trusting(new HttpClientOptions().setConnectTimeout(200).setIdleTimeout(45).setIdleTimeoutUnit(TimeUnit.SECONDS).setReceiveBufferSize(QUEUE)))
                .with(new PoolOptions().setHttp1MaxSize(10_000))
                .withConnectHandler(connection -> connection.exceptionHandler(lost -> LOG.debug("A stream of {} is lost", upstream, lost)))
                .build();
        router.get(path).handler(this::pass);
    }

    private void pass(RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        if (response.closed()) {
            // its end handlers, which would release its places, have run already
            return;
        }
        take(clients, streamsPerClient, HttpServer.client(context), context);
        String user = context.get(RequestIdentity.LIMITED_USER);
        if (user != null) {
            take(users, streamsPerUser, user, context);
        }
        context.addEndHandler(left -> open.decrementAndGet());
        if (open.incrementAndGet() > streams) {
            throw new Problem(503, "Too many streams", "No more streams can be opened at the moment.").retryAfter(5);
        }
        client.request(new RequestOptions().setMethod(HttpMethod.GET).setAbsoluteURI(upstream + request.uri()))
                .compose(asked -> {
                    asked.exceptionHandler(lost -> LOG.debug("A stream of {} is lost", upstream, lost));
                    if (response.closed()) {
                        asked.reset();
                        return Future.failedFuture("the reader disconnected while the upstream connection was opened");
                    }
                    context.addEndHandler(left -> asked.reset());
                    copy(IN, request.headers(), asked.headers());
                    return asked.send().timeout(HEAD_MILLIS, TimeUnit.MILLISECONDS);
                })
                .onSuccess(answer -> passOn(answer, context))
                .onFailure(failure -> {
                    LOG.debug("{} does not answer", upstream, failure);
                    if (!response.closed()) {
                        context.fail(new Problem(503, "Temporarily unavailable",
                                "This part of the shop is unavailable at the moment.").retryAfter(5));
                    }
                });
    }

    private static <C> void take(ClientLimit<C> places, int most, C reader, RoutingContext context) {
        if (!places.acquire(reader)) {
            throw new Problem(429, "Too many streams", "Open at most " + most + " streams at once.").retryAfter(5);
        }
        context.addEndHandler(left -> places.release(reader));
    }

    private void passOn(HttpClientResponse answer, RoutingContext context) {
        StreamReader reader = new StreamReader(context.request());
        HttpServerResponse response = context.response().setStatusCode(answer.statusCode()).setChunked(true).setWriteQueueMaxSize(QUEUE);
        copy(OUT, answer.headers(), response.headers());
        AtomicBoolean betweenEvents = new AtomicBoolean(true);
        AtomicLong stuck = new AtomicLong(-1);
        answer.exceptionHandler(lost -> reader.cutOff()).endHandler(ended -> response.end()).handler(part -> {
            response.write(part);
            betweenEvents.set(endsEvent(part));
            if (response.writeQueueFull()) {
                answer.pause();
                stuck.set(vertx.setTimer(patience.toMillis(), passed -> reader.cutOff()));
                response.drainHandler(drained -> {
                    vertx.cancelTimer(stuck.get());
                    answer.resume();
                });
            }
        });
        Instant until = context.get(RequestIdentity.VALID_UNTIL);
        if (until != null) {
            long end = vertx.setTimer(Math.max(1, Duration.between(Instant.now(), until).toMillis()), passed -> {
                answer.handler(null).endHandler(null).exceptionHandler(reset -> LOG.debug("The stream of {} is reset", upstream, reset));
                // no drain is reported after the end, and the connection may have the reader's next request
                response.end(betweenEvents.get() ? RENEW : Buffer.buffer()).onSuccess(taken -> vertx.cancelTimer(stuck.get()));
            });
            context.addEndHandler(left -> vertx.cancelTimer(end));
        }
    }

    private static boolean endsEvent(Buffer part) {
        int length = part.length();
        return length >= 2 && part.getByte(length - 1) == '\n' && part.getByte(length - 2) == '\n';
    }

    private static void copy(List<String> names, MultiMap from, MultiMap to) {
        for (String name : names) {
            if (from.contains(name)) {
                to.set(name, from.get(name));
            }
        }
    }
}
