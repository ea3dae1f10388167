package phone82.customer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThatCode;

class HistoryTest {

    /** Of an order that was rejected the view shows nothing. */
    static Stream<String> events() throws IOException {
        JsonNode channels = new YAMLMapper().readTree(new File("src/docs/asyncapi.yaml")).path("channels");
        return channels.propertyStream().map(Map.Entry::getKey).filter(event -> !event.equals("OrderRejected"));
    }

    @ParameterizedTest
    @MethodSource("events")
    void everyEventSaysSomethingOfTheStatus(String event) {
        assertThatCode(() -> History.status(event)).as("%s is in History.STATUS; otherwise it becomes a dead letter of customer", event).doesNotThrowAnyException();
    }
}
