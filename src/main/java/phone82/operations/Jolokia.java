package phone82.operations;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import org.jolokia.jvmagent.JolokiaServerConfig;
import org.jolokia.jvmagent.handler.JolokiaHttpHandler;
import org.jolokia.server.core.Version;
import org.jolokia.server.core.config.ConfigKey;
import org.jolokia.server.core.config.Configuration;
import org.jolokia.server.core.service.JolokiaServiceManagerFactory;
import org.jolokia.server.core.service.api.JolokiaServiceManager;
import org.jolokia.server.core.service.impl.ClasspathServiceCreator;
import org.jolokia.server.core.service.impl.QuietLogHandler;
import phone82.platform.Json;
import phone82.platform.Problem;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** JMX over HTTP, by POST of JSON alone, as far as {@link JolokiaPolicy} allows. It costs nothing before somebody uses it. */
class Jolokia implements HttpHandler, AutoCloseable {

    /** One for programs, one where the console looks for it. */
    static final Set<String> PATHS = Set.of("/actuator/jolokia", Console.PATH + "/jolokia");

    /** No form can send these, and no script of another site without being asked whether it may. */
    private static final Set<String> JSON_TYPES = Set.of("application/json", "text/json");

    private final String user;
    private JolokiaServiceManager services;
    private HttpHandler handler;

    /** @param user the operator, for the audit log */
    Jolokia(String user) {
        this.user = user;
    }

    @Override
    public void handle(HttpExchange request) throws IOException {
        String method = request.getRequestMethod();
        if (method.equals("GET") && PATHS.contains(request.getRequestURI().getPath())) {
            // how the console finds out where Jolokia is
            Operations.answer(request, 200, "application/json", Json.bytes(Map.of("status", 200,
                    "value", Map.of("agent", Version.getAgentVersion(), "protocol", Version.getProtocolVersion()))));
        } else if (!method.equals("POST")) {
            throw new Problem(405, "Method not allowed", "Send the Jolokia request as JSON by POST.").header("Allow", "POST");
        } else if (!isJson(request.getRequestHeaders().getFirst("Content-Type"))) {
            throw new Problem(415, "Unsupported media type", "Send the Jolokia request with Content-Type: application/json.");
        } else {
            JolokiaPolicy.audited(user + " from " + request.getRemoteAddress().getAddress().getHostAddress(), () -> handler().handle(request));
        }
    }

    private static boolean isJson(String contentType) {
        return contentType != null && JSON_TYPES.contains(contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT));
    }

    private synchronized HttpHandler handler() {
        if (handler == null) {
            Configuration configuration = new JolokiaServerConfig(Map.of(
                    ConfigKey.DISCOVERY_ENABLED.getKeyValue(), "false",
                    ConfigKey.ALLOW_DNS_REVERSE_LOOKUP.getKeyValue(), "false")).getJolokiaConfig();
            services = JolokiaServiceManagerFactory.createJolokiaServiceManager(configuration, new QuietLogHandler(), new JolokiaPolicy(), null);
            services.addServices(new ClasspathServiceCreator(Jolokia.class.getClassLoader(), "services"));
            handler = new JolokiaHttpHandler(services.start());
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
