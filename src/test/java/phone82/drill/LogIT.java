package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.journey.Shop;
import phone82.platform.api.Json;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** The fields of a log line: context, route, order and trace. */
@Tag("long")
class LogIT {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @Test
    void aTerminalGetsTextLines() throws Exception {
        assertThat(lines()).filteredOn(line -> line.contains("is not cancelled")).singleElement().asString()
                .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO +app app-cancel-order \\d+ " + TRACE + " Cancellation: Order \\d+ is not cancelled.*");
    }

    @Test
    void aClusterGetsJson() throws Exception {
        String line = lines("--logging.structured.format.console=ecs").stream().filter(each -> each.contains("is not cancelled")).findFirst().orElseThrow();
        JsonNode json = Json.read(line.getBytes());

        assertThat(json.at("/service/name").asText()).isEqualTo("phone82");
        assertThat(json.at("/log/level").asText()).isEqualTo("INFO");
        assertThat(json.at("/camel/contextId").asText()).isEqualTo("app");
        assertThat(json.at("/camel/routeId").asText()).isEqualTo("app-cancel-order");
        assertThat(json.at("/orderId").asText()).matches("\\d+");
        assertThat(json.at("/traceId").asText()).isEqualTo(TRACE);
    }

    /** The log of an attempt to cancel a shipped order. */
    private static List<String> lines(String... options) throws Exception {
        try (Processes phone82 = new Processes("log", options)) {
            phone82.set("--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0");
            phone82.start("");
            Shop shop = phone82.gateway();
            long id = shop.place(anOrder()).expect(201).id();
            shop.awaitShipped(id);
            shop.send(shop.request("/orders/" + id).header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01").DELETE()).expect(409);
            await().until(() -> phone82.log().contains("is not cancelled"));
            return phone82.log().lines().toList();
        }
    }
}
