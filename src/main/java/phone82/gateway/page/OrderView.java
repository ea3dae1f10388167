package phone82.gateway.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import phone82.gateway.page.Lookup.Answer;
import phone82.gateway.page.OrderPage.Answers;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Shows one order as {@code order.js} does, for a browser that runs no scripts: what it shows is the state at the time of the request. */
final class OrderView {

    /** The steps of an order, and the event that reports each. */
    private static final List<Map.Entry<String, String>> STAGES = List.of(Map.entry("Ordered", "Ordered"), Map.entry("Paid", "PayCompleted"),
            Map.entry("Received", "OrderReceived"), Map.entry("Shipped", "Shipped"));

    private static final Html CHECK = new Html("<svg viewBox=\"0 0 24 24\"><path d=\"M6 12.5l4 4 8-9\"></path></svg>");
    /** As order.js has it. */
    private static final String ASKED_FOR = "cancelled by the customer";
    private static final Duration SOON = Duration.ofHours(1);

    private final PageWords words;
    private final Instant now;
    private final JsonNode order;
    private final JsonNode timeline;
    private final Answer payment;
    private final Answer delivery;
    private final String item;

    /** @param order the order, or its history if app does not answer */
    OrderView(PageWords words, Instant now, JsonNode order, Answers answers) {
        this.words = words;
        this.now = now;
        this.order = order;
        this.timeline = answers.history().isFound() ? answers.history().body().path("timeline") : MissingNode.getInstance();
        this.payment = answers.payment();
        this.delivery = answers.delivery();
        this.item = name(order.path("item").asText(), answers.phones());
    }

    private String name(String item, Answer phones) {
        if (phones.isFound()) {
            for (JsonNode phone : phones.body().path("items")) {
                if (phone.path("item").asText().equals(item)) {
                    return variant(phone);
                }
            }
        }
        return item;
    }

    private String variant(JsonNode phone) {
        StringBuilder name = new StringBuilder(phone.path("name").asText());
        if (phone.hasNonNull("storage")) {
            name.append(", ").append(PageWords.gigabytes(phone.path("storage").asInt()));
        }
        if (phone.hasNonNull("colour")) {
            name.append(", ").append(words.sayOf("colour", phone.path("colour").asText()));
        }
        return name.toString();
    }

    private String status() {
        return order.path("status").asText();
    }

    /** The status of the delivery; empty if the delivery is not known. */
    private String delivering() {
        return delivery.isFound() ? delivery.body().path("status").asText() : "";
    }

    Html badge() {
        if (status().equals("Paid") && delivering().equals("Paused")) {
            return Html.element("span class=\"badge Paused\"", words.say("status.Delayed"));
        }
        // a status is a class name only if it is one of those that the style sheet knows
        String status = status();
        return Html.element("span class=\"badge " + (status.matches("[A-Za-z]+") ? status : "") + '"', words.sayOf("status", status));
    }

    List<Html> body() {
        Object price = order.hasNonNull("unitPrice")
                ? words.say("order.price", "qty", order.path("qty").asText(), "price", words.won(order.path("unitPrice").asLong()))
                : "× " + order.path("qty").asText();
        Html hero = Html.element("section class=\"panel hero\" aria-labelledby=\"truth\"",
                Html.element("div class=\"summary\"", Html.element("div", Html.element("p class=\"truth\" id=\"truth\"", truth()),
                        Html.element("p class=\"hint\"", item + " · ", price))),
                steps(),
                Html.element("p class=\"money\" id=\"money\"", money().stream().map(line -> Html.element("span", line)).toList()),
                delivery.isFound() || delivery.status() == 404 ? Html.NOTHING : Html.element("p class=\"hint\" id=\"away\"", words.say("order.dealer.away")));
        Html history = Html.element("section class=\"panel\" aria-labelledby=\"timeline\"",
                Html.element("h2 id=\"timeline\"", words.say("order.timeline")),
                Html.element("ol class=\"timeline\"", timeline.valueStream().map(this::event).toList()),
                timeline.isEmpty() ? Html.NOTHING : Html.element("p class=\"hint reference\"", words.say("order.correlation"), " ",
                        Html.element("code", timeline.path(0).path("correlationId").asText())));
        return List.of(hero, history);
    }

    private Html event(JsonNode step) {
        return Html.element("li", time(instant(step, "at")), Html.element("span", words.sayOf("event", step.path("type").asText())));
    }

    private Html time(Instant when) {
        return when == null ? Html.NOTHING : Html.element("time datetime=\"" + when + '"', words.time(when));
    }

    private static Instant instant(JsonNode object, String field) {
        return object.hasNonNull(field) ? Instant.parse(object.path(field).asText()) : null;
    }

    private JsonNode step(String type) {
        return timeline.valueStream().filter(step -> step.path("type").asText().equals(type)).findFirst().orElse(MissingNode.getInstance());
    }

    private boolean has(String type) {
        return !step(type).isMissingNode();
    }

    private Instant at(String type) {
        return instant(step(type), "at");
    }

    private Instant at(String type, JsonNode object, String field) {
        Instant at = at(type);
        return at == null ? instant(object, field) : at;
    }

    /** The state of the order in one sentence. */
    private String truth() {
        return switch (status()) {
            case "Shipped" -> words.say("truth.shipped", "item", item, "time", sayTime(at("Shipped", order, "shippedAt")));
            case "Cancelling" -> words.say("plain.cancelling");
            case "Cancelled" -> cancelled();
            default -> open();
        };
    }

    private String cancelled() {
        JsonNode step = has("OrderCancelled") ? step("OrderCancelled") : step("PayCancelled");
        if (step.isMissingNode()) {
            return words.say("truth.cancelled");
        }
        boolean isRefused = order.hasNonNull("reason") && !order.path("reason").asText().equals(ASKED_FOR);
        return words.say(isRefused ? "truth.cancelled.payment" : "truth.cancelled.at", "time", sayTime(instant(step, "at")));
    }

    private String open() {
        String delivering = delivering();
        Instant due = delivering.equals("Received") ? instant(delivery.body(), "dispatchAt") : null;
        if (delivering.equals("Held")) {
            return words.say("plain.cancelling");
        }
        if (due != null) {
            Duration left = Duration.between(now, due);
            return left.compareTo(SOON) > 0 ? words.say("truth.leaves", "item", item, "time", words.day(due, now))
                    : left.compareTo(Duration.ZERO) > 0
                            ? words.say("truth.leaves", "item", item, "time", words.say("in", "time", words.span(Math.max(1, left.toSeconds()))))
                    : words.say("truth.leaving", "item", item);
        }
        boolean paid = status().equals("Paid") || payment.isFound() && payment.body().path("status").asText().equals("Completed");
        return delivering.equals("Paused") ? words.say("truth.delayed", "item", item) : words.say(paid ? "truth.paid" : "truth.ordered");
    }

    private String sayTime(Instant when) {
        return when == null ? "" : words.time(when);
    }

    private Html steps() {
        boolean cancelled = status().equals("Cancelled");
        List<Html> steps = new ArrayList<>();
        boolean next = true;
        for (Map.Entry<String, String> stage : STAGES) {
            Instant reached = switch (stage.getKey()) {
                case "Ordered" -> at("Ordered", order, "orderedAt");
                case "Shipped" -> at("Shipped", order, "shippedAt");
                default -> at(stage.getValue());
            };
            String state = reached != null ? "done" : cancelled ? "never" : next ? "next" : "open";
            next &= reached != null;
            steps.add(Html.element("li class=\"" + state + "\" data-stage=\"" + stage.getKey() + '"' + (state.equals("next") ? " aria-current=\"step\"" : ""),
                    Html.element("span class=\"dot\" aria-hidden=\"true\"", reached == null ? Html.NOTHING : CHECK),
                    Html.element("span class=\"stage\"", words.say("stage." + stage.getKey())),
                    reached != null ? time(reached)
                            : Html.element("span class=\"hint\"", words.say(state.equals("never") ? "stage.never" : state.equals("next") ? "stage.now" : "stage.not"))));
        }
        return Html.element("ol class=\"steps" + (cancelled ? " stopped" : "") + "\" aria-label=\"" + Html.escape(words.say("order.progress")) + '"', steps);
    }

    /** The state of the payment, with amounts and times. */
    private List<String> money() {
        String amount = order.hasNonNull("amount") ? words.won(order.path("amount").asLong()) : "";
        JsonNode paying = payment.isFound() ? payment.body() : MissingNode.getInstance();
        String known = payment.isFound() ? paying.path("status").asText() : fromTimeline();
        Instant paid = at("PayCompleted", paying, "completedAt");
        Instant returned = at("PayCancelled");
        String taken = paid == null ? null : words.say("money.Completed", "amount", amount, "time", words.time(paid));
        // before its outcome is known, a cancellation moves no money
        String state = !known.equals("Cancelling") ? known : taken == null ? "Authorised" : "Completed";
        return lines(switch (state) {
            case "Completed" -> status().equals("Cancelled") ? words.say("money.Refunding", "amount", amount) : null;
            case "Refunding" -> words.say("money.Refunding", "amount", amount);
            case "Refunded" -> words.say(returned == null ? "money.Refunded.plain" : "money.Refunded", "amount", amount, "time", sayTime(returned));
            case "RefundFailed" -> words.say("money.RefundFailed", "amount", amount);
            case "" -> words.say(payment.status() == 404 ? "money.none" : "money.unknown");
            default -> words.say("money." + state, "amount", amount,
                    "time", sayTime(state.equals("Authorised") ? instant(paying, "authorisedAt") : at("PayCancelled", step("OrderCancelled"), "at")));
        }, List.of("Completed", "Refunding", "Refunded", "RefundFailed").contains(state) ? taken : null);
    }

    private static List<String> lines(String state, String taken) {
        return Stream.of(taken, state).filter(Objects::nonNull).toList();
    }

    /** If the payment cannot be read, the timeline shows it, too. */
    private String fromTimeline() {
        return has("PayCancelled") ? has("PayCompleted") ? "Refunded" : "Voided"
                : has("RefundFailed") ? "RefundFailed" : has("PayCompleted") ? "Completed" : "";
    }
}
