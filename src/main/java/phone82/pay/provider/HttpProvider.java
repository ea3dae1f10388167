package phone82.pay.provider;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import phone82.platform.api.Json;
import phone82.platform.api.Printable;
import phone82.platform.http.CallLimit;
import phone82.platform.observability.ClientSpans;
import phone82.platform.observability.Correlation;
import phone82.platform.tls.Tls;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** A client of the payment provider's HTTP API, which {@code routes/provider/provider.openapi.yaml} describes. */
public class HttpProvider implements PaymentProvider, AutoCloseable {

    private static final int MOST_CONNECTIONS = 100;
    private static final int MOST_BYTES = 64 * 1024;

    private final String url;
    private final String authorization;
    private final RequestConfig authorisationLimits;
    private final RequestConfig limits;
    private final RequestConfig lookUpLimits;
    private final ClientSpans spans;
    private final CloseableHttpClient client;

    /**
     * @param url                for example http://localhost:8085
     * @param apiKey             pay's credential at the provider
     * @param connectTimeout     longest wait for a free connection, and for a new one
     * @param authorisationLimit longest wait for the answer to an authorisation; a customer waits for it
     * @param limit              longest wait for any other answer; half of it for a look-up, because a cancellation waits for it
     * @param keepAlive          longest time that an idle connection is kept
     * @param spans              makes the calls a part of their trace
     */
    public HttpProvider(String url, String apiKey, Duration connectTimeout, Duration authorisationLimit, Duration limit, Duration keepAlive,
                        ClientSpans spans) {
        this.url = url.replaceAll("/+$", "");
        authorization = "Bearer " + apiKey;
        this.spans = spans;
        authorisationLimits = waiting(connectTimeout, authorisationLimit);
        limits = waiting(connectTimeout, limit);
        lookUpLimits = waiting(connectTimeout, limit.dividedBy(2));
        client = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setTlsSocketStrategy(new DefaultClientTlsStrategy(Tls.defaultContext()))
                        .setMaxConnTotal(MOST_CONNECTIONS).setMaxConnPerRoute(MOST_CONNECTIONS)
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(Timeout.of(connectTimeout)).setSocketTimeout(Timeout.of(limit)).build())
                        .build())
                .setKeepAliveStrategy((answer, context) -> TimeValue.of(keepAlive))
                .addExecInterceptorFirst("limit", new CallLimit(MOST_BYTES, connectTimeout))
                .disableAutomaticRetries().disableRedirectHandling().disableCookieManagement().disableAuthCaching()
                .build();
    }

    private static RequestConfig waiting(Duration connect, Duration answer) {
        return RequestConfig.custom().setConnectionRequestTimeout(Timeout.of(connect)).setResponseTimeout(Timeout.of(answer)).build();
    }

    private record Body(long orderId, long amount, String item) {
    }

    @Override
    public Answer perform(Request request) throws IOException {
        HttpPost post = new HttpPost(url + "/payments/" + request.reference() + "/" + request.operation());
        post.setHeader("Idempotency-Key", request.key());
        post.setEntity(new ByteArrayEntity(Json.bytes(new Body(request.orderId(), request.amount(), request.item())),
                ContentType.APPLICATION_JSON));
        JsonNode answer = send(post, request.operation() == Operation.authorise ? authorisationLimits : limits)
                .orElseThrow(() -> new IOException("the provider answers 404 to " + request.key()));
        if (!request.key().equals(answer.path("key").asText())) {
            throw new IOException("the provider does not answer " + request.key());
        }
        return new Answer(request, outcome(answer.path("outcome").asText()), line(answer, "code"), line(answer, "message"));
    }

    /** Becomes a part of events and of answers to customers. */
    private static String line(JsonNode answer, String field) {
        return Printable.line(answer.path(field).asText(null));
    }

    private static Outcome outcome(String name) throws IOException {
        return switch (name) {
            case "succeeded" -> Outcome.SUCCEEDED;
            case "declined" -> Outcome.DECLINED;
            case "pending" -> Outcome.PENDING;
            default -> throw new IOException("the provider answers an unknown outcome");
        };
    }

    @Override
    public Optional<Account> account(long orderId) throws IOException {
        Optional<JsonNode> answer = send(new HttpGet(url + "/accounts/" + orderId), lookUpLimits);
        if (answer.isPresent() && answer.get().path("orderId").asLong() != orderId) {
            throw new IOException("the provider does not answer for order " + orderId);
        }
        return answer.map(account -> new Account(orderId, account.path("reserved").asLong(), account.path("captured").asLong(),
                account.path("refunded").asLong(), account.path("refundable").asLong(), line(account, "refundCode")));
    }

    /** The answer as JSON; empty for 404. */
    private Optional<JsonNode> send(HttpUriRequestBase request, RequestConfig limits) throws IOException {
        request.setConfig(limits);
        request.setHeader("Authorization", authorization);
        String target = request.getScheme() + "://" + request.getAuthority() + request.getRequestUri();
        return spans.during(request.getMethod(), target, traceparent -> {
            request.setHeader(Correlation.TRACEPARENT, traceparent);
            return client.execute(request, HttpProvider::answer);
        });
    }

    private static Optional<JsonNode> answer(ClassicHttpResponse response) throws IOException {
        HttpEntity entity = response.getEntity();
        byte[] body = entity == null ? new byte[0] : entity.getContent().readAllBytes();
        if (response.getCode() == 404) {
            return Optional.empty();
        }
        if (response.getCode() != 200) {
            throw new IOException(String.format(Locale.ROOT, "the provider answers %d", response.getCode()));
        }
        JsonNode json = Json.read(body);
        if (json == null || !json.isObject()) {
            throw new IOException("the provider answers no JSON object");
        }
        return Optional.of(json);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
