package phone82.gateway.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.RoutingContext;
import org.apache.commons.lang3.function.Failable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.gateway.login.RequestIdentity;
import phone82.platform.api.Json;
import phone82.platform.http.SmallBody;
import phone82.platform.observability.Correlation;
import phone82.platform.tls.Tls;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Reads what the contexts answer to the user of a request for a page. It waits for a short time only, because the scripts of the page
 * read the answers that are missing.
 */
public final class Lookup {

    static final int MISSING = 404;

    private static final Logger LOG = LoggerFactory.getLogger(Lookup.class);

    private static final int PATIENCE_MILLIS = 2000;
    private static final int CONNECT_MILLIS = 200;
    private static final int KEEP_ALIVE_SECONDS = 3;
    private static final int CONNECTIONS = 16;
    private static final int WAITING = 100;
    private static final int MOST_BYTES = 1024 * 1024;

    private final Map<String, String> urls;
    private HttpClient client;

    /** @param urls the base URLs of app, pay, store and customer */
    public Lookup(Map<String, String> urls) {
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

    /** Call it once, before {@link #answers}. */
    public void open(Vertx vertx) {
        client = vertx.httpClientBuilder()
                .with(Tls.trusting(new HttpClientOptions().setConnectTimeout(CONNECT_MILLIS).setKeepAliveTimeout(KEEP_ALIVE_SECONDS)))
                .with(new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(WAITING))
                .withConnectHandler(connection -> connection.exceptionHandler(lost -> LOG.debug("A connection is lost", lost)))
                .build();
    }

    /**
     * @param contexts the contexts that are asked, by path
     * @return their answers, by path
     */
    Future<Map<String, Answer>> answers(RoutingContext page, Map<String, String> contexts) {
        Map<String, Future<Answer>> asked = new HashMap<>();
        contexts.forEach((path, context) -> asked.put(path, ask(page, context, path)));
        return Future.join(List.copyOf(asked.values())).map(all -> asked.entrySet().stream().collect(Collectors.toMap(Entry::getKey, each -> each.getValue().result())));
    }

    /** The JSON of a page with the answers that its scripts need not request; null for a resource that does not exist. */
    static ObjectNode known(Map<String, Answer> answers) {
        ObjectNode known = Json.MAPPER.createObjectNode();
        answers.forEach((path, answer) -> {
            if (answer.isFound() || answer.status() == MISSING) {
                known.set(path, answer.isFound() ? answer.body() : null);
            }
        });
        return known;
    }

    private Future<Answer> ask(RoutingContext page, String context, String path) {
        return client.request(new RequestOptions().setMethod(HttpMethod.GET).setAbsoluteURI(urls.get(context) + path).setTimeout(PATIENCE_MILLIS))
                .compose(request -> {
                    request.putHeader("Accept", "application/json");
                    String trace = page.request().getHeader(Correlation.TRACEPARENT);
                    if (trace != null) {
                        request.putHeader(Correlation.TRACEPARENT, trace);
                    }
                    UnaryOperator<String> tokens = page.get(RequestIdentity.TOKENS);
                    if (tokens != null) {
                        request.putHeader("Authorization", "Bearer " + tokens.apply(context));
                    }
                    // otherwise an answer that nobody waits for any more would keep its connection
                    return request.send().compose(Lookup::read).timeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).onFailure(late -> request.reset());
                })
                .timeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .otherwise(failure -> {
                    LOG.debug("{} does not answer (in time)", context, failure);
                    return Answer.NONE;
                });
    }

    private static Future<Answer> read(HttpClientResponse answer) {
        return SmallBody.of(answer, MOST_BYTES).map(body -> new Answer(answer.statusCode(), Failable.get(() -> Json.read(body.getBytes()))));
    }
}
