package phone82.gateway.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.gateway.login.LoginEndpoint;
import phone82.platform.api.Json;
import phone82.platform.observability.Correlation;
import phone82.platform.tls.Tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Reads what the contexts answer to the user of a request about one order. It waits for a short time only, because the scripts of the page
 * read the answers that are missing.
 */
public final class OrderLookup {

    private static final Logger LOG = LoggerFactory.getLogger(OrderLookup.class);

    private static final int PATIENCE_MILLIS = 2000;
    private static final int CONNECT_MILLIS = 200;
    private static final int KEEP_ALIVE_SECONDS = 3;
    private static final int CONNECTIONS = 16;
    private static final int WAITING = 100;

    private final Map<String, String> urls;
    private HttpClient client;

    /** @param urls the base URLs of app, pay, store and customer */
    public OrderLookup(Map<String, String> urls) {
        this.urls = Map.copyOf(urls);
    }

    /**
     * The answer of one context.
     *
     * @param status 0 without an answer
     * @param body   null without a JSON body
     */
    record Answer(int status, JsonNode body) {

        static final Answer NONE = new Answer(0, null);

        boolean isFound() {
            return status == 200 && body != null;
        }
    }

    /** The answers about one order. */
    record Answers(Answer order, Answer history, Answer payment, Answer delivery, Answer phones) {
    }

    /** Creates the client. */
    public void open(Vertx vertx) {
        client = vertx.httpClientBuilder()
                .with(Tls.trusting(new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS).setKeepAliveTimeout(KEEP_ALIVE_SECONDS)))
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(WAITING))
                .withConnectHandler(connection -> connection.exceptionHandler(lost -> LOG.debug("A connection is lost", lost)))
                .build();
    }

    Future<Answers> find(RoutingContext page, String id) {
        Map<String, Future<Answer>> asked = new LinkedHashMap<>();
        Map.of("/orders/", "app", "/history/", "customer", "/payments/", "pay", "/deliveries/", "store")
                .forEach((path, context) -> asked.put(path, ask(page, context, path + id)));
        asked.put("/phones", ask(page, "app", "/phones"));
        return Future.join(List.copyOf(asked.values())).map(all -> new Answers(asked.get("/orders/").result(), asked.get("/history/").result(),
                asked.get("/payments/").result(), asked.get("/deliveries/").result(), asked.get("/phones").result()));
    }

    private Future<Answer> ask(RoutingContext page, String context, String path) {
        return client.request(new RequestOptions().setMethod(HttpMethod.GET).setAbsoluteURI(urls.get(context) + path).setTimeout(PATIENCE_MILLIS))
                .compose(request -> {
                    request.putHeader("Accept", "application/json");
                    String trace = page.request().getHeader(Correlation.TRACEPARENT);
                    if (trace != null) {
                        request.putHeader(Correlation.TRACEPARENT, trace);
                    }
                    UnaryOperator<String> tokens = page.get(LoginEndpoint.TOKENS);
                    if (tokens != null) {
                        request.putHeader("Authorization", "Bearer " + tokens.apply(context));
                    }
                    return request.send();
                })
                .compose(answer -> answer.body().map(body -> new Answer(answer.statusCode(), json(body.getBytes()))))
                .timeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .otherwise(failure -> {
                    LOG.debug("{} does not answer (in time)", context, failure);
                    return Answer.NONE;
                });
    }

    private static JsonNode json(byte[] body) {
        try {
            return Json.read(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
