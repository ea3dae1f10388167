package phone82.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The page has texts for every event, status, colour and specification, in both languages. */
class PageWordsTest {

    private static final Path WORDS = Path.of("src/main/resources/static/assets/words.js");
    private static final Path DRAWINGS = Path.of("src/main/resources/static/assets/dom.js");
    /** An order that is rejected has no page; of money that is neither taken nor given back the page says what came before. */
    private static final Set<String> NOT_SHOWN = Set.of("event.OrderRejected", "money.Cancelling");

    private static final Set<String> NOT_SPECS = Set.of("model", "keywords");

    static Stream<String> keys() {
        return Stream.of(Events.BY_TOPIC.keySet().stream().map(topic -> "event." + Events.name(topic)), statuses("app", "Order", "status."),
                statuses("pay", "Payment", "money."), statuses("store", "Delivery", "delivery."),
                values("app", "Phone", "colour", "colour."), texts().map("spec."::concat)).flatMap(keys -> keys).filter(key -> !NOT_SHOWN.contains(key));
    }

    private static Stream<String> statuses(String context, String schema, String prefix) {
        return values(context, schema, "status", prefix);
    }

    private static Stream<String> values(String context, String schema, String property, String prefix) {
        return RouteFile.yaml(RouteFile.ROUTES.resolve(context).resolve(context + ".openapi.yaml"))
                .at("/components/schemas/" + schema + "/properties/" + property + "/enum").valueStream().map(JsonNode::asText).map(prefix::concat);
    }

    /** What the page shows of a model. */
    private static Stream<String> texts() {
        Stream.Builder<String> texts = Stream.builder();
        RouteFile.yaml(RouteFile.ROUTES.resolve("app").resolve("app.openapi.yaml")).at("/components/schemas/Model/properties").fieldNames().forEachRemaining(texts);
        return texts.build().filter(text -> !NOT_SPECS.contains(text));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void hasATextInBothLanguages(String key) throws IOException {
        assertThat(Files.readString(WORDS).split("'" + key + "':", -1)).as("'%s' is once in each language of %s", key, WORDS).hasSize(3);
    }

    static Stream<String> colours() {
        return values("app", "Phone", "colour", "");
    }

    @ParameterizedTest
    @MethodSource("colours")
    void hasShadesOfEveryColour(String colour) throws IOException {
        assertThat(Files.readString(DRAWINGS)).containsPattern("\\b" + colour + ": \\['#[0-9a-f]{6}', '#[0-9a-f]{6}']");
    }
}
