package phone82.operations;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import org.jolokia.jvmagent.JolokiaServerConfig;
import org.jolokia.jvmagent.handler.JolokiaHttpHandler;
import org.jolokia.server.core.config.ConfigKey;
import org.jolokia.server.core.config.Configuration;
import org.jolokia.server.core.http.HttpRequestHandler;
import org.jolokia.server.core.request.EmptyResponseException;
import org.jolokia.server.core.restrictor.RestrictorFactory;
import org.jolokia.server.core.service.JolokiaServiceManagerFactory;
import org.jolokia.server.core.service.api.JolokiaContext;
import org.jolokia.server.core.service.api.JolokiaServiceManager;
import org.jolokia.server.core.service.impl.ClasspathServiceCreator;
import org.jolokia.server.core.service.impl.QuietLogHandler;

import java.io.IOException;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/** JMX over HTTP; costs nothing before somebody uses it. */
class Jolokia implements HttpHandler, AutoCloseable {

    private final String path;
    private JolokiaServiceManager services;
    private JolokiaContext context;
    private HttpHandler handler;

    /** @param path where it is asked */
    Jolokia(String path) {
        this.path = path;
    }

    @Override
    public void handle(HttpExchange request) throws IOException {
        HttpHandler jolokia = handler();
        if (request.getRequestMethod().equals("GET") && request.getRequestURI().getPath().equals(path)) {
            Operations.answer(request, 200, "application/json", version().getBytes(UTF_8));
        } else {
            jolokia.handle(request);
        }
    }

    /** Jolokia's handler takes its own path for a request where it does not end with a slash. */
    private String version() throws IOException {
        try {
            return new HttpRequestHandler(context).handleGetRequest(path, "", Map.of()).toJSONString();
        } catch (EmptyResponseException e) {
            throw new IOException(e);
        }
    }

    private synchronized HttpHandler handler() {
        if (handler == null) {
            Configuration configuration = new JolokiaServerConfig(Map.of(ConfigKey.AGENT_CONTEXT.getKeyValue(), path,
                    ConfigKey.DISCOVERY_ENABLED.getKeyValue(), "false")).getJolokiaConfig();
            QuietLogHandler log = new QuietLogHandler();
            services = JolokiaServiceManagerFactory.createJolokiaServiceManager(configuration, log,
                    RestrictorFactory.createRestrictor(configuration, log), null);
            services.addServices(new ClasspathServiceCreator(Jolokia.class.getClassLoader(), "services"));
            context = services.start();
            handler = new JolokiaHttpHandler(context);
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
