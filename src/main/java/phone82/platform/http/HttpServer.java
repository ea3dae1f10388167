package phone82.platform.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import phone82.platform.api.Problem;
import phone82.platform.observability.Correlation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/**
 * A context's HTTP server with its protection: limits, strict parsing, and checks of host names and cross-site requests. It answers
 * unhandled requests and errors as problems.
 */
public class HttpServer implements DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    /** Key of the request's operation id, as in the API contract. */
    static final String OPERATION = "operation";

    private static final String CLIENT = "client";

    /** Connections of the server's own machine that are accepted when all others are taken, so that the liveness check does not depend on clients. */
    private static final int OWN_CONNECTIONS = 8;

    private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

    /** Other methods share one label: each would be a time series, and a client can invent any number. */
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");
    private static final String OTHER_METHOD = "_OTHER";

    private static final String LRA = "long-running-action";

    private static final String NO_TEMPLATE = "none";

    private static final int[] REFUSALS = {400, 404, 405, 406, 413, 415, 500};

    /** The Date header, formatted once per second instead of for each response. */
    private record Second(long number, CharSequence date) {
    }

    private volatile Second second = new Second(0, "");
    private final AtomicInteger connections = new AtomicInteger();
    private final ClientLimit<InetAddress> clientConnections;
    private final ClientAddresses clients;
    private final String host;
    private final int port;
    private final HttpLimits limits;
    private final RequestRules rules;
    private final List<AdmissionCheck> admissionChecks;
    private final List<Endpoint> endpoints;
    private final MeterRegistry metrics;
    private final boolean beginsTraces;
    private final RequestAudit audit;
    private final Optional<KeyCertOptions> certificate;
    private Vertx vertx;
    private Router router;
    private io.vertx.core.http.HttpServer listening;
    private volatile boolean leaving;
    private volatile boolean draining;

    /**
     * @param headersIn    the request headers to admit, in lower case
     * @param hosts        the host names that this server accepts
     * @param forOperators whether browsers would send the operator's password with requests of other sites' pages
     * @param endpoints    endpoints besides the routes, which take precedence
     * @param beginsTraces whether a request without a trace gets one here; false if OpenTelemetry adds it
     * @param audit        records the requests
     * @param certificate  for HTTPS; empty: HTTP
     */
    HttpServer(String host, int port, HttpLimits limits, Set<String> headersIn, Hosts hosts, boolean forOperators, ClientAddresses clients, List<AdmissionCheck> admissionChecks,
               List<Endpoint> endpoints, MeterRegistry metrics, boolean beginsTraces, RequestAudit audit, Optional<KeyCertOptions> certificate) {
        this.host = host;
        this.port = port;
        this.limits = limits;
        this.rules = new RequestRules(headersIn, hosts, forOperators,
                endpoints.stream().flatMap(endpoint -> endpoint.forms().stream()).collect(Collectors.toUnmodifiableSet()));
        this.clients = clients;
        this.clientConnections = new ClientLimit<>(limits.connectionsPerClient());
        this.admissionChecks = admissionChecks;
        this.endpoints = endpoints;
        this.metrics = metrics;
        this.beginsTraces = beginsTraces;
        this.audit = audit;
        this.certificate = certificate;
    }

    /** Creates the server without opening the port. */
    public void prepare() {
        vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true)
                .setEventLoopPoolSize(limits.eventLoops()).setWorkerPoolSize(limits.workers())
                .setInternalBlockingPoolSize(2).setBlockedThreadCheckInterval(30).setBlockedThreadCheckIntervalUnit(TimeUnit.SECONDS)
                .setFileSystemOptions(new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        router = Router.router(vertx);
        router.route().handler(this::handleRequest).failureHandler(HttpServer::ignoreClosedConnection);
        for (int status : REFUSALS) {
            router.errorHandler(status, this::refuse);
        }
        endpoints.forEach(endpoint -> endpoint.mount(vertx, router));
    }

    Vertx vertx() {
        return vertx;
    }

    Router router() {
        return router;
    }

    /** Opens the port. */
    public void listen() {
        listen(port);
    }

    /** Opens the port, or any free port if it is taken. */
    public void listenAnywhere() {
        try {
            listen(port);
        } catch (UncheckedIOException taken) {
            LOG.debug("Port {} is taken", port, taken);
            listen(0);
        }
    }

    /** The address that the server listens on. */
    public InetSocketAddress address() {
        return new InetSocketAddress(host, listening.actualPort());
    }

    /** The scheme of its URLs. */
    public String scheme() {
        return certificate.isPresent() ? "https" : "http";
    }

    private void listen(int port) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(host).setPort(port)
                .setHttp2ClearTextEnabled(false)
                .setMaxInitialLineLength(limits.lineBytes())
                .setMaxHeaderSize(limits.headBytes())
                .setIdleTimeout(limits.idleSeconds())
                .setCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false).setPerFrameWebSocketCompressionSupported(false)
                .setHandle100ContinueAutomatically(true);
        // a connection is counted, and must send something in time, from the end of its handshake on
        certificate.ifPresent(pem -> options.setSsl(true).setKeyCertOptions(pem).setSslHandshakeTimeout(limits.headSeconds()));
        try {
            listening = vertx.createHttpServer(options)
                    .connectionHandler(connection -> handleConnection((ConnectionBase) connection, options))
                    .invalidRequestHandler(HttpServer::refuseMalformed)
                    .requestHandler(router)
                    .listen().toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            // the native transport has exceptions of its own
            throw new UncheckedIOException(new BindException(host + ":" + port + ": " + e.getCause().getMessage()));
        }
    }

    /**
     * While the context is not ready, requests are still answered, but each response closes its connection, so that clients move to another
     * instance.
     */
    @EventListener
    public void readinessChanged(AvailabilityChangeEvent<ReadinessState> readiness) {
        leaving = readiness.getState() == ReadinessState.REFUSING_TRAFFIC;
    }

    /** Refuses new requests, because the context is about to stop; requests in progress are completed. */
    @EventListener(ContextClosedEvent.class)
    public void drain() {
        draining = true;
    }

    @Override
    public void destroy() {
        if (vertx != null) {
            vertx.close().toCompletionStage().toCompletableFuture().join();
            vertx = null;
        }
    }

    private void handleConnection(ConnectionBase connection, HttpServerOptions options) {
        InetAddress remote = remote(connection);
        InetAddress client = clients.isProxy(remote) ? null : ClientAddresses.subscriber(remote);
        StrictRequestDecoder decoder = new StrictRequestDecoder(options, limits, () -> leaving,
                request -> client == null ? forwardedFor(remote, request) : null, clientConnections);
        connection.exceptionHandler(failure -> lost(connection, decoder, failure));
        if (client != null && !clientConnections.acquire(client)) {
            connection.close();
            return;
        }
        int most = limits.connections() + (remote.equals(local(connection)) ? OWN_CONNECTIONS : 0);
        boolean full = connections.incrementAndGet() > most;
        connection.closeHandler(closed -> {
            connections.decrementAndGet();
            if (client != null) {
                clientConnections.release(client);
            }
        });
        if (full) {
            connection.close();
            return;
        }
        ChannelPipeline pipeline = connection.channel().pipeline();
        pipeline.replace("httpDecoder", "httpDecoder", decoder);
        pipeline.addAfter("httpEncoder", "pieces", new ChunkedWriteHandler());
        pipeline.addAfter("pieces", "answers", decoder.answers());
    }

    /** Null for a proxy that names no client: it may use all connections. */
    private InetAddress forwardedFor(InetAddress proxy, HttpRequest request) {
        InetAddress sender = clients.of(proxy, request.headers().getAll(ClientAddresses.FORWARDED));
        return sender.equals(ClientAddresses.subscriber(proxy)) ? null : sender;
    }

    /**
     * Closes the connection after an unexpected failure, because the request would never be answered. A client that hung up, or that sends
     * something else than TLS, is no error, and a request that the decoder refused has been answered.
     */
    private static void lost(ConnectionBase connection, StrictRequestDecoder decoder, Throwable failure) {
        if (decoder.hasRefused() || failure instanceof IOException || failure.getCause() instanceof SSLException || failure instanceof VertxException
                || failure instanceof PrematureChannelClosureException) {
            LOG.debug("A connection is lost", failure);
        } else {
            LOG.warn("A request could not be read; closing its connection", failure);
            connection.close();
        }
    }

    private void handleRequest(RoutingContext context) {
        measure(context);
        completeHead(context);
        try {
            admit(context);
        } catch (Problem problem) {
            show(context, problem);
            return;
        }
        continueTrace(context);
        // Camel would map them to headers
        context.queryParams().clear();
        context.next();
    }

    private void measure(RoutingContext context) {
        HttpServerRequest request = context.request();
        long begin = System.nanoTime();
        if (!WarmUp.isRehearsal(request.getHeader(Correlation.TRACEPARENT))) {
            context.addEndHandler(end -> {
                boolean answered = end.succeeded() || isComplete(request.response());
                timer(metrics, label(request.method().name()), template(context), answered ? String.valueOf(request.response().getStatusCode()) : "closed")
                        .record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
                audit.ended(context, answered);
            });
        }
    }

    private void completeHead(RoutingContext context) {
        HttpServerResponse response = context.response();
        context.addHeadersEndHandler(head -> {
            response.putHeader(HttpHeaders.DATE, date());
            // a response without Cache-Control may contain data of one customer
            if (!response.headers().contains(HttpHeaders.CACHE_CONTROL)) {
                response.putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
            }
        });
    }

    /** @throws Problem if the request must be refused */
    private void admit(RoutingContext context) {
        if (draining) {
            throw new Problem(503, "Shutting down", "This server is stopping.").retryAfter(5).header("Connection", "close");
        }
        HttpServerRequest request = context.request();
        InetAddress client = clients.of(remote((ConnectionBase) request.connection()), request.headers().getAll(ClientAddresses.FORWARDED));
        context.put(CLIENT, client);
        for (AdmissionCheck check : admissionChecks) {
            check.admit(client);
        }
        rules.check(request);
    }

    private void continueTrace(RoutingContext context) {
        HttpServerRequest request = context.request();
        String trace = request.getHeader(Correlation.TRACEPARENT);
        String valid = Correlation.valid(trace);
        if (beginsTraces && !valid.equals(trace)) {
            request.headers().set(Correlation.TRACEPARENT, valid);
        }
        String ofSaga = context.queryParams().get(Correlation.TRACEPARENT);
        if (ofSaga != null && rules.letIn(LRA) && request.headers().contains(LRA)) {
            // the coordinator cannot send a traceparent header with a callback
            request.headers().set(Correlation.TRACEPARENT, Correlation.valid(ofSaga));
        }
    }

    /**
     * The timer of the requests with these labels.
     *
     * @param operation operation id or path template
     * @param status    of the answer, or {@code closed}
     */
    public static Timer timer(MeterRegistry metrics, String method, String operation, String status) {
        return metrics.timer("http.server.requests", "method", method, "uri", operation, "status", status);
    }

    /** Whether the body has its length; a client may then close the connection before the writer has found the end of its stream. */
    private static boolean isComplete(HttpServerResponse response) {
        return String.valueOf(response.bytesWritten()).equals(response.headers().get(HttpHeaders.CONTENT_LENGTH));
    }

    private CharSequence date() {
        long number = System.currentTimeMillis() / 1000;
        Second current = second;
        if (current.number != number) {
            current = new Second(number, HttpHeaders.createOptimized(DateFormatter.format(new Date(number * 1000))));
            second = current;
        }
        return current.date;
    }

    static String label(String method) {
        return METHODS.contains(method) ? method : OTHER_METHOD;
    }

    /** The address of the client. */
    public static InetAddress client(RoutingContext request) {
        return request.get(CLIENT);
    }

    private static InetAddress local(ConnectionBase connection) {
        return ((InetSocketAddress) connection.channel().localAddress()).getAddress();
    }

    private static InetAddress remote(ConnectionBase connection) {
        return ((InetSocketAddress) connection.channel().remoteAddress()).getAddress();
    }

    /** Returns the operation or path template as a metrics label, without ids, so that there are few values, also for a request that no route gets. */
    private String template(RoutingContext request) {
        String operation = request.get(OPERATION);
        if (operation != null) {
            return operation;
        }
        Route route = request.currentRoute();
        if (route != null && route.getPath() != null) {
            return route.getPath().equals("/") ? NO_TEMPLATE : route.getPath();
        }
        String path = request.normalizedPath();
        return path.length() > 1 && router.getRoutes().stream().anyMatch(each -> path.equals(each.getPath())) ? path : NO_TEMPLATE;
    }

    /** Answers a malformed request, and closes the connection. */
    private static void refuseMalformed(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        answer(request, cause instanceof Problem problem ? problem
                : cause instanceof TooLongHttpLineException ? tooLarge(414)
                : cause instanceof TooLongHttpHeaderException ? tooLarge(431)
                : malformed());
    }

    private static Problem tooLarge(int status) {
        return new Problem(status, "Request too large", "The request line or the headers are too long. Send fewer or shorter ones.");
    }

    static Problem malformed() {
        return new Problem(400, "Bad request", "The request is not well-formed HTTP.");
    }

    private void refuse(RoutingContext request) {
        if (request.failure() instanceof Problem problem) {
            show(request, problem);
            return;
        }
        if (request.statusCode() == 500) {
            LOG.error("Unexpected failure of a request to {}, answered 500", request.normalizedPath(), request.failure());
        }
        show(request, switch (request.statusCode()) {
            case 404 -> new Problem(404, "Not found", "There is nothing at this path.");
            case 405 -> Contract.notAllowed(methodsOf(request.normalizedPath()));
            case 406 -> new Problem(406, "Not acceptable", "Send Accept: application/json.");
            case 413 -> new Problem(413, "Body too large", "Send at most " + limits.bodyBytes() + " bytes.")
                    .header("Connection", "close");
            case 415 -> new Problem(415, "Unsupported media type", "Send the body as application/json.");
            case 500 -> new Problem(500, "Internal error", "The request could not be processed. Try again.");
            default -> malformed();
        });
    }

    /** Ignores requests whose client has closed the connection: there is nothing to answer or to log. */
    private static void ignoreClosedConnection(RoutingContext request) {
        if (!(request.failure() instanceof HttpClosedException)) {
            request.next();
        }
    }

    private Set<String> methodsOf(String path) {
        Set<String> methods = new TreeSet<>();
        for (Route route : router.getRoutes()) {
            if (route.getPath() != null && route.methods() != null
                    && path.matches(route.getPath().replaceAll(":[^/]+", "[^/]+"))) {
                route.methods().forEach(method -> methods.add(method.name()));
            }
        }
        return methods;
    }

    private void show(RoutingContext request, Problem problem) {
        RequestAudit.refused(request, problem.status());
        if (isAnswered(request.response()) || endpoints.stream().noneMatch(endpoint -> endpoint.show(request, problem))) {
            answer(request.request(), problem);
        } else if (problem.headers().containsKey("Connection")) {
            request.addEndHandler(ended -> closeAfter(request.request()));
        }
    }

    private static boolean isAnswered(HttpServerResponse response) {
        return response.ended() || response.closed();
    }

    static void answer(RoutingContext request, Problem problem) {
        RequestAudit.refused(request, problem.status());
        answer(request.request(), problem);
    }

    private static void answer(HttpServerRequest request, Problem problem) {
        HttpServerResponse response = request.response();
        if (isAnswered(response)) {
            return;
        }
        request.headers().set(Correlation.TRACEPARENT, Correlation.begin(request.getHeader(Correlation.TRACEPARENT)));
        response.setStatusCode(problem.status()).putHeader("Content-Type", Problems.MEDIA_TYPE);
        problem.headers().forEach((name, value) -> response.putHeader(name, String.valueOf(value)));
        response.end(Buffer.buffer(Problems.body(problem)));
        Correlation.end();
        if (problem.headers().containsKey("Connection")) {
            closeAfter(request);
        }
    }

    /** Closes the connection after the whole request is read; otherwise a client that is still sending might not receive the answer. */
    private static void closeAfter(HttpServerRequest request) {
        if (request.isEnded()) {
            request.connection().close();
        } else {
            request.handler(null).endHandler(ended -> request.connection().close()).resume();
        }
    }
}
