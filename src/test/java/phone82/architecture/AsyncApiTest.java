package phone82.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.platform.event.Envelope;
import phone82.platform.event.Event;
import phone82.platform.event.Outbox;

import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Comparison of {@code asyncapi.yaml} with the events in the code. */
class AsyncApiTest {

    private static final String FILE = "src/docs/asyncapi.yaml";
    private static final JsonNode DOCUMENT = RouteFile.yaml(Path.of(FILE));
    private static final Map<Class<?>, String> TYPES = Map.of(
            long.class, "integer", int.class, "integer", String.class, "string", Instant.class, "string/date-time");

    static Set<String> topics() {
        return Events.BY_TOPIC.keySet();
    }

    @Test
    void everyTopicIsDescribed() {
        assertThat(DOCUMENT.get("channels").valueStream()).extracting(channel -> channel.path("address").asText())
                .as("the channels of %s; expected is one for each record that implements DomainEvent", FILE)
                .containsExactlyInAnyOrderElementsOf(topics());
    }

    @ParameterizedTest
    @MethodSource("topics")
    void aPayloadHasTheFieldsOfTheEvent(String topic) {
        JsonNode channel = DOCUMENT.at("/channels/" + Events.name(topic));
        JsonNode payload = resolved(resolved(channel.at("/messages/" + Events.name(topic))).path("payload"));
        Map<String, String> described = payload.path("properties").propertyStream()
                .collect(Collectors.toMap(Map.Entry::getKey, property -> type(resolved(property.getValue()))));
        assertThat(described).as("the fields of %s in %s, under messages and schemas; expected are the components of its record", topic, FILE).isEqualTo(Stream.of(Events.BY_TOPIC.get(topic).getRecordComponents())
                .collect(Collectors.toMap(RecordComponent::getName, component -> TYPES.get(component.getType()))));
    }

    @Test
    void theHeadersAreThoseOfTheEnvelope() throws Exception {
        Event event = new Event("id", "phone82.app.Ordered", "1", Instant.EPOCH, "traceparent", "{}");
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Exchange exchange = new DefaultExchange(camel);
            new Envelope("/phone82/app", (subject, body) -> body).seal(new Outbox.Row(1, event, 0), exchange);
            assertThat(DOCUMENT.at("/components/messageTraits/CloudEvent/headers/properties").propertyStream())
                    .extracting(Map.Entry::getKey)
                    .containsExactlyInAnyOrderElementsOf(exchange.getMessage().getHeaders().keySet().stream()
                            .filter(header -> !header.startsWith("Camel")).toList());
        }
    }

    @Test
    void itNamesTheSenderAndTheReceiversOfEachEvent() throws Exception {
        Stream<String> sent = topics().stream().map(topic -> Events.publisher(topic) + " send " + Events.name(topic));
        Stream<String> received = new Broker().subscriptions().stream().flatMap(subscription ->
                (subscription.takesEverything() ? topics() : subscription.wanted()).stream()
                        .map(topic -> subscription.name() + " receive " + Events.name(topic)));
        assertThat(DOCUMENT.get("operations").propertyStream().map(operation -> operation.getKey().split("-")[0] + " "
                + operation.getValue().path("action").asText() + " "
                + operation.getValue().at("/channel/$ref").asText().replace("#/channels/", "")))
                .as("the operations of %s; expected are those that follow from the events and the queues of artemis/broker.xml", FILE)
                .containsExactlyInAnyOrderElementsOf(Stream.concat(sent, received).toList());
    }

    private static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? resolved(DOCUMENT.at(node.get("$ref").asText().substring(1))) : node;
    }

    private static String type(JsonNode schema) {
        return schema.path("type").asText() + (schema.has("format") && !schema.path("type").asText().equals("integer")
                ? "/" + schema.get("format").asText() : "");
    }
}
