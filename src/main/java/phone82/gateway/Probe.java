package phone82.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.nimbusds.oauth2.sdk.auth.Secret;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.event.EventListener;
import phone82.platform.api.Json;
import phone82.platform.api.Printable;
import phone82.platform.identity.Guest;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A synthetic guest: the requests of a round, what the shop must answer, and the metrics of what it has seen. It remembers its order, in memory
 * only, until the order has ended, so at most one is open. One route uses it, one round after the other.
 */
public class Probe {

    private static final Logger LOG = LoggerFactory.getLogger(Probe.class);

    private static final String ROUNDS = "phone82.probe.rounds";

    /** The steps of a round, each with the statuses of the order that it waits for. */
    private enum Step {
        ORDER,
        /** A paid order has passed app, pay, the broker and the view. */
        FOLLOW("Paid", "Shipped", "Cancelled"),
        CANCEL("Shipped", "Cancelled");

        private final Set<String> awaited;
        private final String label = name().toLowerCase(Locale.ROOT);

        Step(String... awaited) {
            this.awaited = Set.of(awaited);
        }
    }

    /** An answer that a customer must not get. */
    private static final class Unexpected extends RuntimeException {

        private Unexpected(String message) {
            super(message, null, false, false);
        }
    }

    private final String item;
    private final Duration stepTimeout;
    private final MeterRegistry metrics;
    private final String secret = new Secret(32).getValue();
    private volatile long succeeded = System.nanoTime();
    private volatile boolean serving = true;
    private String key;
    private String order;
    private Step step = Step.ORDER;
    private volatile long begun;
    private String request;
    private String answer;
    private String status;

    /**
     * @param item        the item to order
     * @param stepTimeout how long each step may take
     */
    Probe(String item, Duration stepTimeout, MeterRegistry metrics) {
        this.item = item;
        this.stepTimeout = stepTimeout;
        this.metrics = metrics;
        Stream.concat(Step.CANCEL.awaited.stream().map(Probe::outcome), Arrays.stream(Step.values()).map(Probe::outcome))
                .forEach(outcome -> metrics.counter(ROUNDS, "outcome", outcome));
        Arrays.stream(Step.values()).forEach(this::timer);
        Gauge.builder("phone82.probe.unsuccessful", this, probe -> (System.nanoTime() - probe.succeeded) / 1e9).baseUnit("seconds")
                .description("time since the last successful round, or since the start").register(metrics);
    }

    /** The owner of its orders. */
    String subject() {
        return Guest.subject(secret);
    }

    /** The process serves for some time before it stops: long enough to finish a round, but not to begin one. */
    @EventListener
    public void readinessChanged(AvailabilityChangeEvent<ReadinessState> readiness) {
        serving = readiness.getState() != ReadinessState.REFUSING_TRAFFIC;
    }

    public boolean isServing() {
        return serving;
    }

    /** Requests an order, under the same key until there is one: the answer to an earlier request may have been lost. */
    public void order(Exchange exchange) {
        begin(Step.ORDER);
        if (key == null) {
            key = UUID.randomUUID().toString();
        }
        request(exchange, "POST", "/orders");
        exchange.getMessage().setHeader("Idempotency-Key", key);
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
        exchange.getMessage().setBody(Json.bytes(Map.of("item", item, "qty", 1)));
    }

    /** Takes the answer to the order. */
    public void ordered(@Header(Exchange.HTTP_RESPONSE_CODE) int code, @Body byte[] body) {
        JsonNode json = read(code, body);
        if (code != 201 || !json.path("id").isIntegralNumber()) {
            throw unexpected();
        }
        key = null;
        order = json.get("id").asText();
        end();
    }

    /** Begins to wait until the customer sees that the order is paid. */
    public void follow() {
        begin(Step.FOLLOW);
    }

    public boolean isWaiting() {
        return !step.awaited.contains(status) && System.nanoTime() - begun < stepTimeout.toNanos();
    }

    /** Requests the progress of the order. */
    public void look(Exchange exchange) {
        request(exchange, "GET", "/history/" + order);
    }

    /** The view may not know the order yet, so any answer is permitted until the step's time is over. */
    public void seen(@Header(Exchange.HTTP_RESPONSE_CODE) int code, @Body byte[] body) {
        status = read(code, body).path("status").asText();
    }

    /** Ends a step that has waited for the order. */
    public void reached() {
        if (Step.CANCEL.awaited.contains(status)) {
            order = null;
        }
        if (!step.awaited.contains(status)) {
            throw new Unexpected("after " + stepTimeout.toMillis() + " ms " + request + " is still answered " + answer);
        }
        if (step == Step.FOLLOW && status.equals("Cancelled")) {
            throw unexpected();
        }
        end();
    }

    /** Whether there is an order that must be cancelled. */
    public boolean isOpen() {
        return order != null;
    }

    /** Requests the cancellation of the order; a repeated one is harmless. */
    public void cancel(Exchange exchange) {
        begin(Step.CANCEL);
        request(exchange, "DELETE", "/orders/" + order);
    }

    /** With 409 the order should have been shipped, which the customer then sees. */
    public void cancelling(@Header(Exchange.HTTP_RESPONSE_CODE) int code, @Body byte[] body) {
        JsonNode json = read(code, body);
        if (code == 404 && json.has("title")) {
            // an answer of the shop, not of a proxy
            order = null;
        }
        if (code != 200 && code != 202 && code != 409) {
            throw unexpected();
        }
    }

    /** Counts a round by the end of its order. */
    public void succeeded() {
        succeeded = System.nanoTime();
        metrics.counter(ROUNDS, "outcome", outcome(status)).increment();
    }

    /** Logs what a customer would have seen. */
    public void failed(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
        metrics.counter(ROUNDS, "outcome", outcome(step)).increment();
        LOG.warn("The probe fails at the step {}: {}", step.label, failure instanceof Unexpected ? failure.getMessage()
                : request + " gets no answer: " + Printable.line(failure.toString()));
    }

    private void begin(Step next) {
        step = next;
        status = "";
        begun = System.nanoTime();
    }

    private void end() {
        timer(step).record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
    }

    private Timer timer(Step step) {
        return Timer.builder("phone82.probe").tag("step", step.label).description("duration of a successful step").register(metrics);
    }

    private void request(Exchange exchange, String method, String path) {
        request = method + " " + path;
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setBody(null);
        message.setHeader(Exchange.HTTP_METHOD, method);
        message.setHeader(Exchange.HTTP_PATH, path);
        message.setHeader("Authorization", "Guest " + secret);
    }

    private JsonNode read(int code, byte[] body) {
        JsonNode json = json(body);
        answer = Printable.line(json.has("title") ? code + " " + json.path("title").asText() + ": " + json.path("detail").asText()
                : (code + " " + json.path("status").asText()).strip());
        return json;
    }

    /** A proxy in front of the shop may answer with anything. */
    private static JsonNode json(byte[] body) {
        try {
            return body == null || body.length == 0 ? MissingNode.getInstance() : Json.read(body);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private Unexpected unexpected() {
        return new Unexpected(request + " is answered " + answer);
    }

    private static String outcome(String status) {
        return status.toLowerCase(Locale.ROOT);
    }

    private static String outcome(Step failed) {
        return failed.label + "-failed";
    }
}
