package phone82.journey;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.Stub;
import phone82.journey.Shop.Answer;

import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HexFormat;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** OpenTelemetry traces: a collector receives each order as one tree, from the gateway to the last context that handled its events. */
class TracesTest {

    // stays open: phone82 sends it the last spans when it stops, and a repetition of a failed test uses it again
    private static final Collector COLLECTOR = new Collector();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--otel.exporter.otlp.endpoint=" + COLLECTOR.url(),
            "--phone82.store.dispatch-delay=3s");

    private final Shop shop = PHONE82.gateway();

    /** The asserted parts of a span. */
    private record Seen(String context, String kind, Span span) {

        String id() {
            return hex(span.getSpanId().toByteArray());
        }

        String parent() {
            return hex(span.getParentSpanId().toByteArray());
        }
    }

    @Test
    void anOrderIsOneTreeFromTheGatewayToTheView() {
        Answer placed = shop.place(anOrder()).expect(201);
        shop.awaitShipped(placed.id());
        String trace = shop.get("/history/" + placed.id()).body().at("/timeline/0/correlationId").asText();

        assertThat(shop.get("/history/" + placed.id()).body().findValuesAsText("correlationId")).hasSize(4).containsOnly(trace);
        // app, pay, store and customer receive 4 events: pay 1, store 1, app 2, customer 4
        List<Seen> spans = awaitSpans(trace, 8);
        // the provider authorises, and captures
        assertThat(contextsOf(spans, Kind.HTTP_IN)).containsExactlyInAnyOrder("gateway", "app", "pay", "provider", "provider");
        assertThat(contextsOf(spans, Kind.HTTP_OUT)).containsExactlyInAnyOrder("gateway", "app", "pay", "pay");
        assertThat(contextsOf(spans, Kind.EVENT_IN))
                .containsExactlyInAnyOrder("pay", "store", "app", "app", "customer", "customer", "customer", "customer");
        assertOneTree(spans);
        assertThat(path(spans, "store")).startsWith("gateway", "gateway", "app").endsWith("pay", "store");
        assertThat(path(spans, "provider")).startsWith("gateway", "gateway", "app").endsWith("pay", "pay", "provider");
    }

    @Test
    void aCallThatTheProviderDoesNotAnswerIsASpanThatFailed() {
        PHONE82.provider().setFaults("{\"operation\":\"authorise\",\"kind\":\"refuse\",\"count\":1}");

        String trace = shop.place(anOrder()).expect(503).body().get("correlationId").asText();

        await().untilAsserted(() -> assertThat(spansNow(trace)).filteredOn(seen -> seen.context.equals("pay") && seen.kind.equals(Kind.HTTP_OUT))
                .anySatisfy(seen -> assertThat(seen.span.getStatus()).satisfies(status -> {
                    assertThat(status.getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
                    assertThat(status.getMessage()).contains("the provider answers 503");
                })));
    }

    @Test
    void aCancellationIsOneTreeWithTheCallbacksOfTheCoordinator() {
        Answer placed = shop.place(anOrder()).expect(201);
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        shop.cancel(shop.request("/orders/" + placed.id()).header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01").DELETE()).expect(200, 202);

        await().untilAsserted(() -> assertThat(contextsOf(spansNow(trace), Kind.CALLBACK))
                .containsExactlyInAnyOrder("app", "store", "pay"));
        await().untilAsserted(() -> assertThat(contextsOf(spansNow(trace), Kind.EVENT_IN)).contains("customer"));
        await().untilAsserted(() -> {
            List<Seen> spans = spansNow(trace);
            Set<String> ids = spans.stream().map(Seen::id).collect(Collectors.toSet());
            assertThat(spans).allMatch(seen -> ids.contains(seen.parent()) || seen.parent().equals("00f067aa0ba902b7"));
        });
    }

    @Test
    void aRefusalHasItsTraceAsCorrelationId() {
        Answer declined = shop.send(shop.request("/orders").header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"item\":\"sim-decline\",\"qty\":1}"))).expect(402);

        String trace = declined.body().get("correlationId").asText();
        await().untilAsserted(() -> assertThat(contextsOf(COLLECTOR.spans(trace), Kind.HTTP_IN)).contains("gateway", "app", "pay"));
    }

    private static List<Seen> awaitSpans(String trace, int events) {
        await().untilAsserted(() -> assertThat(contextsOf(spansNow(trace), Kind.EVENT_IN)).hasSize(events));
        await().untilAsserted(() -> assertThat(contextsOf(spansNow(trace), Kind.HTTP_IN)).contains("gateway", "provider", "provider"));
        return COLLECTOR.spans(trace);
    }

    /** The spans that have ended; by themselves the contexts send them every five seconds. */
    private static List<Seen> spansNow(String trace) {
        for (Context context : List.of(Context.GATEWAY, Context.APP, Context.PAY, Context.PROVIDER, Context.STORE, Context.CUSTOMER)) {
            PHONE82.bean(context, SdkTracerProvider.class).forceFlush().join(5, TimeUnit.SECONDS);
        }
        return COLLECTOR.spans(trace);
    }

    private static void assertOneTree(List<Seen> spans) {
        Map<String, Seen> byId = spans.stream().collect(Collectors.toMap(Seen::id, Function.identity()));
        assertThat(spans).filteredOn(seen -> seen.parent().isEmpty()).singleElement()
                .satisfies(root -> assertThat(root.context).isEqualTo("gateway"));
        assertThat(spans).filteredOn(seen -> !seen.parent().isEmpty()).allSatisfy(seen -> assertThat(byId).containsKey(seen.parent()));
    }

    /** The contexts from the root to the event that a context received. */
    private static List<String> path(List<Seen> spans, String context) {
        Map<String, Seen> byId = spans.stream().collect(Collectors.toMap(Seen::id, Function.identity()));
        LinkedList<String> path = new LinkedList<>();
        for (Seen at = spans.stream().filter(seen -> seen.context.equals(context)).findFirst().orElseThrow(); at != null; at = byId.get(at.parent())) {
            path.addFirst(at.context);
        }
        return path;
    }

    private static List<String> contextsOf(List<Seen> spans, String kind) {
        return spans.stream().filter(seen -> seen.kind.equals(kind)).map(Seen::context).toList();
    }

    private interface Kind {
        String HTTP_IN = "http in";
        String HTTP_OUT = "http out";
        String EVENT_IN = "event in";
        String CALLBACK = "callback";
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** Receives OTLP over HTTP, as a collector does. */
    private static final class Collector {

        private final Map<String, List<Seen>> traces = new ConcurrentHashMap<>();
        private final Stub server = new Stub().on("/v1/traces", request -> {
            boolean zipped = "gzip".equals(request.getRequestHeaders().getFirst("Content-Encoding"));
            try (InputStream body = zipped ? new GZIPInputStream(request.getRequestBody()) : request.getRequestBody()) {
                take(ExportTraceServiceRequest.parseFrom(body));
            }
            Stub.answer(request, 200);
        });

        String url() {
            return server.url();
        }

        List<Seen> spans(String trace) {
            return List.copyOf(traces.getOrDefault(trace, List.of()));
        }

        private void take(ExportTraceServiceRequest request) {
            request.getResourceSpansList().forEach(resource -> {
                String context = resource.getResource().getAttributesList().stream()
                        .filter(attribute -> attribute.getKey().equals("service.name")).findFirst().orElseThrow().getValue().getStringValue();
                resource.getScopeSpansList().forEach(scope -> scope.getSpansList().forEach(span ->
                        traces.computeIfAbsent(hex(span.getTraceId().toByteArray()), id -> new CopyOnWriteArrayList<>())
                                .add(new Seen(context, kind(span), span))));
            });
        }

        private static String kind(Span span) {
            Map<String, String> attributes = span.getAttributesList().stream().collect(Collectors.toMap(
                    attribute -> attribute.getKey(), attribute -> attribute.getValue().getStringValue()));
            String uri = attributes.getOrDefault("camel.uri", attributes.getOrDefault("url.full", ""));
            if (uri.startsWith("jms:")) {
                return Kind.EVENT_IN;
            }
            if (uri.startsWith("platform-http:") || uri.startsWith("rest")) {
                return uri.contains("lra-participant") ? Kind.CALLBACK : Kind.HTTP_IN;
            }
            return uri.startsWith("http") ? Kind.HTTP_OUT : uri;
        }
    }
}
