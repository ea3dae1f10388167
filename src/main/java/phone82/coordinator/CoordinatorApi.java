package phone82.coordinator;

import io.narayana.lra.coordinator.api.Coordinator;
import io.narayana.lra.coordinator.api.CoordinatorContainerFilter;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import jakarta.ws.rs.core.SecurityContext;
import org.glassfish.jersey.internal.MapPropertiesDelegate;
import org.glassfish.jersey.server.ApplicationHandler;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.ContainerResponse;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.glassfish.jersey.server.spi.ContainerResponseWriter;
import phone82.platform.api.Problem;
import phone82.platform.http.ContractGate;
import phone82.platform.http.Endpoint;
import phone82.platform.http.HttpLimits;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.security.Principal;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Serves the API of Narayana's coordinator, a JAX-RS resource, on phone82's HTTP server, which reads each request completely before a
 * thread processes it.
 */
class CoordinatorApi implements Endpoint {

    private static final String PATH = "/lra-coordinator/*";
    private static final Pattern JOIN = Pattern.compile("/lra-coordinator/[^/]+");
    private static final Pattern END = Pattern.compile("/lra-coordinator/[^/]+/(close|cancel)");
    private static final Pattern CLIENT_ID = Pattern.compile("ClientID=[\\w-]{1,64}");

    /** The only headers passed on: Narayana would accept callback links in other headers, too. */
    private static final List<String> HEADERS = List.of("Accept", "Content-Type", "Link", "Long-Running-Action");

    private final LraStore store;
    private final Executor executor;
    private final HttpLimits limits;
    private final ContractGate gate;
    private final ParticipantCallbacks callbacks;
    private final String scheme;
    private ApplicationHandler jersey;

    /**
     * @param store     keeps the LRAs; without it, every request is answered 503
     * @param executor  processes requests, which includes calling participants
     * @param gate      admits the requests that the API contract allows
     * @param callbacks the addresses at which participants may be called back
     * @param scheme    scheme of the URLs at which participants reach the coordinator: https if a proxy ends TLS
     */
    CoordinatorApi(LraStore store, Executor executor, HttpLimits limits, ContractGate gate, ParticipantCallbacks callbacks, String scheme) {
        this.store = store;
        this.executor = executor;
        this.limits = limits;
        this.gate = gate;
        this.callbacks = callbacks;
        this.scheme = scheme;
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        jersey = new ApplicationHandler(new ResourceConfig()
                .register(Coordinator.class)
                .register(CoordinatorContainerFilter.class)
                .register(JsonWriter.class)
                .property(ServerProperties.WADL_FEATURE_DISABLE, true));
        router.route(PATH).handler(this::admit);
        router.route(PATH).handler(BodyHandler.create(false).setBodyLimit(limits.bodyBytes()))
                .handler(request -> executor.execute(() -> {
                    if (isAbandoned(request)) {
                        return;
                    }
                    try {
                        store.use(() -> serve(request));
                    } catch (StoreUnavailable e) {
                        request.fail(problem(e));
                    } catch (RuntimeException e) {
                        request.fail(e);
                    }
                }));
    }

    /** Checks the sender: ending an LRA moves money, and joining one makes the coordinator call an address. */
    private void admit(RoutingContext request) {
        String sender = gate.admit(request);
        HttpServerRequest http = request.request();
        if (http.method() == HttpMethod.PUT && JOIN.matcher(request.normalizedPath()).matches()) {
            callbacks.check(sender, String.join(",", http.headers().getAll("Link")));
        }
        if (http.query() != null && !CLIENT_ID.matcher(http.query()).matches()) {
            throw new Problem(400, "Invalid request", "Send no parameter except ClientID, and only letters and digits in it: nested LRAs and time limits are not supported.");
        }
        request.next();
    }

    /**
     * Whether the client has closed its connection while the request waited for a thread: it will not use the LRA, or ends it. Only an end is still
     * wanted, as the others have agreed to it, or wait for it.
     */
    private static boolean isAbandoned(RoutingContext request) {
        return request.response().closed() && !END.matcher(request.normalizedPath()).matches();
    }

    private void serve(RoutingContext context) {
        HttpServerRequest http = context.request();
        // the id of an LRA is its URL, so it begins with the address that the caller uses
        String host = http.getHeader("Host") == null ? "localhost:" + http.localAddress().port() : http.getHeader("Host");
        URI base = URI.create(scheme + "://" + host + "/");
        ContainerRequest request = new ContainerRequest(base, base.resolve(http.uri()), http.method().name(), new AnonymousContext(),
                new MapPropertiesDelegate(), jersey.getConfiguration());
        HEADERS.forEach(name -> http.headers().getAll(name).forEach(value -> request.header(name, value)));
        Buffer body = context.body().buffer();
        request.setEntityStream(new ByteArrayInputStream(body == null ? new byte[0] : body.getBytes()));
        request.setWriter(new Writer(context));
        jersey.handle(request);
    }

    private static Problem problem(StoreUnavailable unavailable) {
        return new Problem(503, "Unavailable", unavailable.getMessage() + " Repeat the request.")
                .header("Retry-After", unavailable.getResponse().getHeaderString("Retry-After"));
    }

    /** The caller was authenticated before. */
    private static final class AnonymousContext implements SecurityContext {

        @Override
        public Principal getUserPrincipal() {
            return null;
        }

        @Override
        public boolean isUserInRole(String role) {
            return false;
        }

        @Override
        public boolean isSecure() {
            return false;
        }

        @Override
        public String getAuthenticationScheme() {
            return null;
        }
    }

    /** Sends a response when it is complete. */
    private final class Writer implements ContainerResponseWriter {

        private final RoutingContext context;
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private ContainerResponse answer;

        Writer(RoutingContext context) {
            this.context = context;
        }

        @Override
        public OutputStream writeResponseStatusAndHeaders(long length, ContainerResponse answer) {
            this.answer = answer;
            return body;
        }

        @Override
        public void commit() {
            HttpServerResponse response = context.response();
            if (response.closed()) {
                return;
            }
            try {
                store.verify();
            } catch (StoreUnavailable e) {
                context.fail(problem(e));
                return;
            }
            MultiMap headers = response.setStatusCode(answer.getStatus()).headers();
            answer.getStringHeaders().forEach(headers::add);
            response.end(Buffer.buffer(body.toByteArray()));
        }

        @Override
        public void failure(Throwable error) {
            context.fail(error);
        }

        @Override
        public boolean suspend(long time, TimeUnit unit, TimeoutHandler handler) {
            return true;
        }

        @Override
        public void setSuspendTimeout(long time, TimeUnit unit) {
            throw new UnsupportedOperationException("The coordinator answers on the calling thread.");
        }

        @Override
        public boolean enableResponseBuffering() {
            return false;
        }
    }
}
