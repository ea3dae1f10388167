package phone82.coordinator;

import io.narayana.lra.coordinator.api.Coordinator;
import io.narayana.lra.coordinator.api.CoordinatorContainerFilter;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
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
import phone82.platform.http.BearerKey;
import phone82.platform.http.Endpoint;
import phone82.platform.http.HttpLimits;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.security.Principal;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The API of Narayana's coordinator, a JAX-RS resource, on our HTTP server: requests are read whole there, and wait for no thread here. */
class CoordinatorApi implements Endpoint {

    private static final String PATH = "/lra-coordinator/*";

    private final Executor executor;
    private final HttpLimits limits;
    private final BearerKey key;
    private ApplicationHandler jersey;

    /**
     * @param executor calls participants while a request waits
     * @param key      what every request must bring
     */
    CoordinatorApi(Executor executor, HttpLimits limits, String key) {
        this.executor = executor;
        this.limits = limits;
        this.key = new BearerKey(key, "The request does not bring the coordinator's key; send the header Authorization: Bearer <phone82.coordinator.key>.");
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
                    try {
                        serve(request);
                    } catch (RuntimeException e) {
                        request.fail(e);
                    }
                }));
    }

    /** Ending an LRA moves money. */
    private void admit(RoutingContext request) {
        key.require(request.request().getHeader("Authorization"));
        request.next();
    }

    private void serve(RoutingContext context) {
        HttpServerRequest http = context.request();
        // the id of an LRA is its URL, as the caller names us
        String host = http.getHeader("Host") == null ? "localhost:" + http.localAddress().port() : http.getHeader("Host");
        URI base = URI.create("http://" + host + "/");
        ContainerRequest request = new ContainerRequest(base, base.resolve(http.uri()), http.method().name(), new Anyone(),
                new MapPropertiesDelegate(), jersey.getConfiguration());
        http.headers().forEach(header -> request.header(header.getKey(), header.getValue()));
        Buffer body = context.body().buffer();
        request.setEntityStream(new ByteArrayInputStream(body == null ? new byte[0] : body.getBytes()));
        request.setWriter(new Writer(context));
        jersey.handle(request);
    }

    /** Callers are not told apart: the key allows everything. */
    private static final class Anyone implements SecurityContext {

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

    /** Sends an answer when it is whole. */
    private static final class Writer implements ContainerResponseWriter {

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
            throw new UnsupportedOperationException("The coordinator answers on the thread that it is called on.");
        }

        @Override
        public boolean enableResponseBuffering() {
            return false;
        }
    }
}
