package phone82.gateway;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.Correlation;
import phone82.platform.Problem;
import phone82.platform.http.Endpoint;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Passes a stream without an end on, as it comes and as fast as the reader takes it. It holds no thread, which a route would
 * until the last event.
 */
class StreamProxy implements Endpoint {

    private static final Logger LOG = LoggerFactory.getLogger(StreamProxy.class);

    private static final List<String> IN = List.of("Accept", "Last-Event-ID", Correlation.TRACEPARENT);
    private static final List<String> OUT = List.of("Content-Type", "Cache-Control", "Retry-After");

    private final String path;
    private final String upstream;
    private HttpClient client;

    /** @param upstream the base address of the context that has the stream */
    StreamProxy(String path, String upstream) {
        this.path = path;
        this.upstream = upstream;
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        // above the heart-beat; how many streams there may be is for the context behind to say
        client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(200).setIdleTimeout(45).setIdleTimeoutUnit(TimeUnit.SECONDS),
                new PoolOptions().setHttp1MaxSize(10_000));
        router.get(path).handler(this::pass);
    }

    private void pass(RoutingContext context) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        client.request(new RequestOptions().setMethod(HttpMethod.GET).setAbsoluteURI(upstream + request.uri()))
                .compose(asked -> ask(asked, request.headers(), response))
                .onSuccess(answer -> passOn(answer, request))
                .onFailure(failure -> {
                    LOG.debug("{} does not answer", upstream, failure);
                    if (!response.closed()) {
                        context.fail(new Problem(503, "Temporarily unavailable",
                                "This part of the shop is away at the moment. Try again in 5 s.").header("Retry-After", 5));
                    }
                });
    }

    private static Future<HttpClientResponse> ask(HttpClientRequest asked, MultiMap headers, HttpServerResponse response) {
        copy(IN, headers, asked.headers());
        response.closeHandler(left -> asked.reset());
        return asked.send();
    }

    private static void passOn(HttpClientResponse answer, HttpServerRequest request) {
        HttpServerResponse response = request.response().setStatusCode(answer.statusCode()).setChunked(true);
        copy(OUT, answer.headers(), response.headers());
        // the response's own close would wait for a reader that takes nothing
        answer.pipeTo(response).onFailure(cutOff -> ((ConnectionBase) request.connection()).channel().close());
    }

    private static void copy(List<String> names, MultiMap from, MultiMap to) {
        for (String name : names) {
            if (from.contains(name)) {
                to.set(name, from.get(name));
            }
        }
    }
}
