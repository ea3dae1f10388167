package phone82.platform.http;

import io.vertx.core.Handler;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import phone82.platform.api.Problem;
import phone82.platform.camel.BeforeStart;

/** Makes Camel's platform-http component use phone82's HTTP server. */
class CamelPort implements BeforeStart {

    private final HttpServer server;
    private final int port;
    private final HttpLimits limits;
    private final String pulse;
    private final ContractGate contract;
    private final ContractGate callbacks;

    /**
     * @param pulse     a path that needs no authorization
     * @param contract  admits requests to the contract-first REST service; null if there is none
     * @param callbacks admits callbacks of the coordinator; null if there are none
     */
    CamelPort(HttpServer server, int port, HttpLimits limits, String pulse, ContractGate contract, ContractGate callbacks) {
        this.server = server;
        this.port = port;
        this.limits = limits;
        this.pulse = pulse;
        this.contract = contract;
        this.callbacks = callbacks;
    }

    @Override
    public void beforeApplicationStart(CamelContext camel) {
        server.prepare();
        VertxPlatformHttpServerConfiguration place = new VertxPlatformHttpServerConfiguration();
        place.setBindPort(port);
        camel.getRegistry().bind("platform-http-server-configuration", place);
        String name = VertxPlatformHttpRouter.getRouterNameFromPort(port);
        camel.getRegistry().bind(name, new PlatformRouter(name));
    }

    private static Handler<RoutingContext> admitBy(ContractGate gate) {
        return request -> {
            try {
                gate.admit(request);
                request.next();
            } catch (Problem problem) {
                HttpServer.answer(request, problem);
            }
        };
    }

    /** The router for Camel's HTTP consumers. The route of the API contract comes last, so that more specific paths win. */
    private final class PlatformRouter extends VertxPlatformHttpRouter {

        private static final String EVERYTHING = "/*";

        PlatformRouter(String name) {
            super(null, server.vertx(), server.router(), name);
        }

        @Override
        public Route route(String path) {
            if (contract == null || path.equals(pulse)) {
                return super.route(path);
            }
            if (path.equals(EVERYTHING)) {
                return super.route(path).last().handler(admitBy(contract));
            }
            if (callbacks == null || !callbacks.covers(path)) {
                throw new IllegalStateException("no API contract defines who may call " + path);
            }
            return super.route(path).handler(admitBy(callbacks));
        }

        @Override
        public Handler<RoutingContext> bodyHandler() {
            BodyHandler handler = BodyHandler.create(false).setBodyLimit(limits.bodyBytes());
            return request -> {
                request.request().resume();
                handler.handle(request);
            };
        }
    }
}
