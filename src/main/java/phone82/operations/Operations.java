package phone82.operations;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import phone82.platform.Json;
import phone82.platform.Problem;
import phone82.platform.health.Check;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The operator's port, one per JVM, for all contexts that run in it. */
public class Operations implements AutoCloseable {

    private static final int USUAL_PORT = 9090;

    private final InetAddress address;
    private final Integer port;
    private final Health health;
    private final Operators operators;
    private final PrometheusMeterRegistry figures;
    private final Peers peers;
    private final Jolokia jolokia;
    private final Filter ownPages;
    private HttpServer server;
    private ExecutorService workers;

    /**
     * @param port  null: the usual one, or any other where that is taken (by the next process on the same machine)
     * @param hosts further names that this host is known by
     */
    Operations(InetAddress address, Integer port, Collection<String> hosts, Health health, Operators operators, PrometheusMeterRegistry figures, Peers peers) {
        this.address = address;
        this.port = port;
        this.health = health;
        this.operators = operators;
        this.figures = figures;
        this.peers = peers;
        jolokia = new Jolokia(operators.user());
        ownPages = new CrossSiteFilter(hosts);
    }

    void start() throws IOException {
        // without it every answer of the JDK's server waits 40 ms for a delayed acknowledgement
        System.setProperty("sun.net.httpserver.nodelay", "true");
        server = listen();
        workers = Executors.newFixedThreadPool(4, work -> {
            Thread thread = new Thread(work, "operations");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(workers);
        show("/actuator/health/liveness", operator -> health.liveness());
        show("/actuator/health/startup", operator -> health.startup());
        show("/actuator/health/readiness", health::readiness);
        show("/actuator/health", health::readiness);
        at("/actuator/prometheus", get("/actuator/prometheus",
                request -> answer(request, 200, "text/plain; version=0.0.4; charset=utf-8", figures.scrape().getBytes(UTF_8))));
        Jolokia.PATHS.forEach(path -> forOperators(path, jolokia));
        forOperators(Console.PATH, new Console(operators.user()));
        forOperators("/", new OperatorPage(peers::ask));
        server.start();
    }

    private void forOperators(String path, HttpHandler handler) {
        at(path, request -> {
            operators.require(request);
            handler.handle(request);
        });
    }

    /** Whatever is served here is served through the same filters. */
    private void at(String path, HttpHandler handler) {
        server.createContext(path, handler).getFilters().addAll(List.of(new ProblemFilter(), ownPages));
    }

    private HttpServer listen() throws IOException {
        try {
            return HttpServer.create(new InetSocketAddress(address, port == null ? USUAL_PORT : port), 0);
        } catch (BindException e) {
            if (port != null) {
                throw e;
            }
            return HttpServer.create(new InetSocketAddress(address, 0), 0);
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** The operator's user and password, where they were made up for this start. */
    public Optional<String> login() {
        return operators.isPasswordGenerated() ? Optional.of("user " + operators.user() + ", password " + operators.password()) : Optional.empty();
    }

    /** The figures of this JVM; each context adds its own. */
    public PrometheusMeterRegistry figures() {
        return figures;
    }

    /** Names the contexts that are about to start; until they have, this process is not ready. */
    public void expect(Collection<String> contexts) {
        health.expect(contexts);
        InetSocketAddress at = address();
        peers.announce(Peers.at(at.getAddress().isAnyLocalAddress() ? new InetSocketAddress(InetAddress.getLoopbackAddress(), at.getPort()) : at), contexts);
    }

    /** A context is up. */
    public void add(String context, Collection<Check> checks) {
        health.add(context, checks);
    }

    /** The contexts are about to stop: no more work is to be sent here. */
    public void stopping() {
        health.stopping();
    }

    @Override
    public void close() {
        server.stop(0);
        jolokia.close();
        workers.shutdownNow();
    }

    private interface Asked {
        Health.Report by(boolean operator);
    }

    private void show(String path, Asked asked) {
        at(path, get(path, request -> {
            boolean operator = operators.sent(request);
            Health.Report report = asked.by(operator);
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("status", Health.status(report.up()));
            if (operator) {
                json.put("components", report.components());
            }
            answer(request, report.up() ? 200 : 503, "application/json", Json.bytes(json));
        }));
    }

    /** Exactly there: the JDK's server takes a path for all that begins with it. */
    private static HttpHandler get(String path, HttpHandler handler) {
        return request -> {
            if (!request.getRequestURI().getPath().equals(path)) {
                throw new Problem(404, "Not found", "There is nothing at this address.");
            }
            if (!request.getRequestMethod().equals("GET")) {
                throw new Problem(405, "Method not allowed", "This can only be read.").header("Allow", "GET");
            }
            handler.handle(request);
        };
    }

    /** Sends the answer, and the exchange is over. */
    static void answer(HttpExchange request, int status, String type, byte[] body) throws IOException {
        try (request) {
            request.getResponseHeaders().set("Content-Type", type);
            request.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            request.getResponseBody().write(body);
        }
    }
}
