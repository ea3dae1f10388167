package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import phone82.Context;
import phone82.platform.api.Json;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** HTTP client of a test: one base address, JSON answers, optional tokens. */
public final class Shop {

    private static final HttpClient HTTP = client();

    private final String base;
    private final Context context;
    private final Insiders insiders;
    private final String authorization;

    public Shop(String base) {
        this(base, null, null, null);
    }

    /** @param token sent with every request; null for none */
    public Shop(String base, String token) {
        this(base, null, null, token == null ? null : "Bearer " + token);
    }

    /**
     * The port of a context as a permitted caller uses it.
     *
     * @param insiders issue the tokens of the requests
     */
    public Shop(String base, Context context, Insiders insiders) {
        this(base, context, insiders, null);
    }

    /** A guest with this secret. */
    static Shop ofGuest(String base, String secret) {
        return new Shop(base, null, null, "Guest " + secret);
    }

    private Shop(String base, Context context, Insiders insiders, String authorization) {
        this.authorization = authorization;
        this.base = base;
        this.context = context;
        this.insiders = insiders;
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(2)).build();
    }

    /** Made at its first use, so that it trusts what the test trusts by then. */
    private static final class Encrypted {

        private static final HttpClient HTTP = client();
    }

    private HttpClient http() {
        return base.startsWith("https:") ? Encrypted.HTTP : HTTP;
    }

    /** The URL of a path. */
    public String url(String path) {
        return base + path;
    }

    /** An answer: status, JSON body, headers. */
    public record Answer(int status, JsonNode body, HttpResponse<byte[]> response) {

        public String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }

        public long id() {
            return body.get("id").asLong();
        }

        public Answer expect(int... expected) {
            assertThat(expected).as(() -> response.request().method() + " " + response.uri() + " answered " + status + " " + body).contains(status);
            return this;
        }
    }

    public static OrderRequest anOrder() {
        return new OrderRequest("note20", 1);
    }

    /** An order to be placed. */
    public record OrderRequest(String item, int qty) {

        public OrderRequest of(String item) {
            return new OrderRequest(item, qty);
        }

        public OrderRequest times(int qty) {
            return new OrderRequest(item, qty);
        }
    }

    public Answer place(OrderRequest order) {
        return post("/orders", Json.text(order));
    }

    /** Places an order under an idempotency key. */
    public Answer place(String key, OrderRequest order) {
        return send(request("/orders").header("Idempotency-Key", key).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Json.text(order))));
    }

    /** Places an order; a process that has just started, or is busy, may refuse some. */
    public long placeAccepted(OrderRequest order) {
        return await().until(() -> place(order), answer -> answer.status() == 201).id();
    }

    public Answer post(String path, String json) {
        return send("POST", path, "application/json", json);
    }

    public Answer get(String path) {
        return send(request(path).GET());
    }

    public Answer send(String method, String path, String contentType, String body) {
        HttpRequest.Builder request = request(path)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        return send(contentType == null ? request : request.header("Content-Type", contentType));
    }

    /** The body of an answer that is not JSON. */
    public String text(HttpRequest.Builder request) {
        return new String(exchange(request).body(), UTF_8);
    }

    /** The metrics of an operator's port. */
    public String metrics() {
        return text(request("/actuator/prometheus"));
    }

    /** The sum of the metrics whose lines match. */
    public double metric(Predicate<String> line) {
        List<String> found = metrics().lines().filter(line).toList();
        assertThat(found).isNotEmpty();
        return found.stream().mapToDouble(each -> Double.parseDouble(each.substring(each.lastIndexOf(' ')))).sum();
    }

    /** The sum of the metrics whose lines start with the text. */
    public double metric(String start) {
        return metric(line -> line.startsWith(start));
    }

    public HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(10));
        return authorization == null ? request : request.header("Authorization", authorization);
    }

    /** A request to the operator's port with the operator's password. */
    public HttpRequest.Builder requestOfOperator(String path) {
        return request(path).header("Authorization", "Basic " + Base64.getEncoder()
                .encodeToString(("operator:" + Phone82Extension.OPERATOR_PASSWORD).getBytes(UTF_8)));
    }

    public Answer send(HttpRequest.Builder request) {
        HttpResponse<byte[]> response = exchange(request);
        try {
            JsonNode body = response.body().length == 0 ? Json.MAPPER.nullNode() : Json.read(response.body());
            return new Answer(response.statusCode(), body, response);
        } catch (IOException e) {
            throw new UncheckedIOException(base, e);
        }
    }

    /** Asks for a cancellation; if the coordinator's disk is busy, app answers that nothing has changed, and a customer tries again. */
    public Answer cancel(HttpRequest.Builder request) {
        Answer answer = send(request);
        return isAskedToReturn(answer) ? await().until(() -> send(request), again -> !isAskedToReturn(again)) : answer;
    }

    private static boolean isAskedToReturn(Answer answer) {
        if (answer.status() != 503) {
            return false;
        }
        if (answer.body().path("title").asText().equals("Cancellation unavailable")) {
            assertThat(answer.body().path("detail").asText()).contains("nothing has changed");
        }
        assertThat(answer.header("Retry-After")).isNotEmpty();
        return true;
    }

    /** The status of an answer that may be endless. */
    int open(String path) {
        try {
            HttpResponse<InputStream> answer = http().send(request(path).build(), BodyHandlers.ofInputStream());
            answer.body().close();
            return answer.statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(base, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpRequest authorized(HttpRequest request) {
        if (insiders == null || request.headers().firstValue("Authorization").isPresent()) {
            return request;
        }
        return insiders.authorization(context, request.method(), request.uri().getPath())
                .map(authorization -> HttpRequest.newBuilder(request, (name, value) -> true).header("Authorization", authorization).build())
                .orElse(request);
    }

    /** The response, whatever its body is. */
    public HttpResponse<byte[]> exchange(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> response = http().send(authorized(request.build()), BodyHandlers.ofByteArray());
            if (context != null) {
                DeclaredAnswers.assertContent(context, response);
            }
            return response;
        } catch (IOException e) {
            throw new UncheckedIOException(base, e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public String status(String path) {
        return get(path).body().path("status").asText();
    }

    public void awaitStatus(String path, String status) {
        await().untilAsserted(() -> assertThat(status(path)).isEqualTo(status));
    }

    public void awaitShipped(long id) {
        awaitStatus("/history/" + id, "Shipped");
        awaitStatus("/orders/" + id, "Shipped");
    }

    /** The end of a cancellation after the payment was captured. */
    public void awaitRefunded(long id) {
        awaitStatus("/orders/" + id, "Cancelled");
        awaitStatus("/deliveries/" + id, "Cancelled");
        awaitStatus("/payments/" + id, "Refunded");
    }

    public List<String> timeline(long id) {
        List<String> types = new ArrayList<>();
        get("/history/" + id).body().path("timeline").forEach(step -> types.add(step.get("type").asText()));
        return types;
    }

    /** All rows of a paged list. */
    public List<JsonNode> all(String path) {
        List<JsonNode> rows = new ArrayList<>();
        String next = "";
        while (next != null) {
            JsonNode page = get(path + "?size=200" + next).expect(200).body();
            page.get("items").forEach(rows::add);
            next = page.hasNonNull("next") ? "&after=" + page.get("next").asText() : null;
        }
        return rows;
    }
}
