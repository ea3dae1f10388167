package phone82.operations;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import org.jolokia.json.JSONStructure;
import org.jolokia.server.core.Version;
import org.jolokia.server.core.config.ConfigKey;
import org.jolokia.server.core.config.StaticConfiguration;
import org.jolokia.server.core.http.HttpRequestHandler;
import org.jolokia.server.core.request.EmptyResponseException;
import org.jolokia.server.core.service.JolokiaServiceManagerFactory;
import org.jolokia.server.core.service.api.JolokiaServiceManager;
import org.jolokia.server.core.service.impl.ClasspathServiceCreator;
import org.jolokia.server.core.service.impl.QuietLogHandler;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.audit.Audit;
import phone82.platform.http.Endpoint;
import phone82.platform.http.HttpLimits;
import phone82.platform.observability.Correlation;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import static java.nio.charset.StandardCharsets.UTF_8;

/** JMX over HTTP, by POST of JSON only, as far as {@link JolokiaPolicy} allows. Jolokia is created on first use. */
class Jolokia implements Endpoint, AutoCloseable {

    /** For programs; the console uses another one. */
    static final String PATH = "/actuator/jolokia";
    private static final Set<String> PATHS = Set.of(PATH, Console.PATH + "/jolokia");

    /** An HTML form cannot send these types, and a script of another site only after a CORS preflight. */
    private static final Set<String> JSON_TYPES = Set.of("application/json", "text/json");

    private final Audit audit;
    private final HttpLimits limits;
    private JolokiaServiceManager services;
    private HttpRequestHandler handler;

    Jolokia(Audit audit, HttpLimits limits) {
        this.audit = audit;
        this.limits = limits;
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        Buffer agent = Buffer.buffer(Json.bytes(Map.of("status", 200, "value", Map.of("agent", Version.getAgentVersion(), "protocol", Version.getProtocolVersion()))));
        for (String path : PATHS) {
            // the console discovers Jolokia with this request
            router.get(path).handler(request -> OperatorApi.json(request, agent));
            router.post(path).handler(Jolokia::requireJson);
            router.post(path).handler(BodyHandler.create(false).setBodyLimit(limits.bodyBytes())).blockingHandler(this::serve, false);
            router.route(path + "/*").handler(request -> {
                throw new Problem(405, "Method not allowed", "Send the Jolokia request as JSON by POST.").header("Allow", "POST");
            });
        }
    }

    static void requireJson(RoutingContext request) {
        String type = request.request().getHeader("Content-Type");
        if (type == null || !JSON_TYPES.contains(type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT))) {
            throw new Problem(415, "Unsupported media type", "Send the request with Content-Type: application/json.");
        }
        request.next();
    }

    private void serve(RoutingContext request) {
        Map<String, String[]> parameters = new HashMap<>();
        new QueryStringDecoder(request.request().uri()).parameters().forEach((name, values) -> parameters.put(name, values.toArray(String[]::new)));
        byte[] body = request.body().buffer() == null ? new byte[0] : request.body().buffer().getBytes();
        Correlation.begin(request.request().getHeader(Correlation.TRACEPARENT));
        JSONStructure answer;
        try {
            answer = handler().handlePostRequest(request.request().uri(), new ByteArrayInputStream(body), UTF_8.name(), parameters);
        } catch (IOException | EmptyResponseException | RuntimeException e) {
            answer = handler().handleThrowable(e);
        } finally {
            Correlation.end();
        }
        OperatorApi.json(request, Buffer.buffer(answer.toJSONString()));
    }

    private synchronized HttpRequestHandler handler() {
        if (handler == null) {
            services = JolokiaServiceManagerFactory.createJolokiaServiceManager(
                    new StaticConfiguration(ConfigKey.AGENT_ID, UUID.randomUUID().toString(), ConfigKey.INCLUDE_STACKTRACE, "false"),
                    new QuietLogHandler(), new JolokiaPolicy(audit), null);
            services.addServices(new ClasspathServiceCreator(Jolokia.class.getClassLoader(), "services"));
            handler = new HttpRequestHandler(services.start());
        }
        return handler;
    }

    @Override
    public synchronized void close() {
        if (services != null) {
            services.stop();
        }
    }
}
