package phone82.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Compatibility of the events with those that were published, which are in logs, queues and dead letters, and with their consumers:
 * {@code published-asyncapi.yaml} is {@code asyncapi.yaml} as of the last release. A release replaces it.
 */
class PublishedEventsTest {

    private static final Contract PUBLISHED = new Contract(RouteFile.yaml(Path.of("src/test/resources/published-asyncapi.yaml")));
    private static final Contract TODAY = new Contract(RouteFile.yaml(Path.of("src/docs/asyncapi.yaml")));

    static Set<String> published() {
        return PUBLISHED.events();
    }

    static Set<String> today() {
        return TODAY.events();
    }

    @Test
    void eachIsStillPublishedToItsTopic() {
        assertThat(PUBLISHED.events()).isNotEmpty().allSatisfy(event -> assertThat(TODAY.topic(event)).isEqualTo(PUBLISHED.topic(event)));
    }

    @ParameterizedTest
    @MethodSource("published")
    void eachKeepsItsFields(String event) {
        assertThat(TODAY.fields(event)).as("the fields of %s", event).containsAll(PUBLISHED.fields(event));
    }

    @ParameterizedTest
    @MethodSource("published")
    void aConsumerGetsAndNeedsNoOtherFieldsThanBefore(String event) {
        assertThat(TODAY.required(event)).as("the required fields of %s: an event from before has no new ones, and a consumer from before needs all others", event)
                .isEqualTo(PUBLISHED.required(event));
    }

    @ParameterizedTest
    @MethodSource("today")
    void aFieldThatMayBeMissingIsNoPrimitive(String event) {
        Set<String> required = TODAY.required(event);
        assertThat(Stream.of(Events.BY_TOPIC.get(TODAY.topic(event)).getRecordComponents()).filter(component -> !required.contains(component.getName()))
                .filter(component -> component.getType().isPrimitive()).map(RecordComponent::getName)).as("fields of %s", event).isEmpty();
    }

    private record Contract(JsonNode document) {

        Set<String> events() {
            return sorted(document.get("channels").propertyStream().map(Map.Entry::getKey));
        }

        String topic(String event) {
            return document.at("/channels/" + event + "/address").asText();
        }

        /** The fields of the event, each with its type and format. */
        Set<String> fields(String event) {
            return sorted(payload(event).get("properties").propertyStream().map(field -> {
                JsonNode type = resolved(field.getValue());
                return field.getKey() + " " + type.path("type").asText() + " " + type.path("format").asText();
            }));
        }

        Set<String> required(String event) {
            return sorted(payload(event).get("required").valueStream().map(JsonNode::asText));
        }

        private JsonNode payload(String event) {
            return resolved(resolved(document.at("/channels/" + event + "/messages/" + event)).get("payload"));
        }

        private JsonNode resolved(JsonNode node) {
            return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
        }

        private static Set<String> sorted(Stream<String> names) {
            return names.collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
