package phone82.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;
import phone82.platform.Json;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class PublicApiTest {

    private static final String APP = """
            paths:
              /orders:
                get: {operationId: list-orders, x-public: true, x-stream: true}
            components:
              schemas:
                Problem: {type: object}
                Order: {type: object}
            """;
    private static final String PAY = """
            paths:
              /payments:
                get: {operationId: list-payments, x-public: true}
                post: {operationId: authorise-payment}
              /payments/{orderId}/cancellation:
                put: {operationId: cancel-payment, x-public: false}
            components:
              schemas:
                Problem: {type: object}
                Payment: {type: object}
            """;

    @Test
    void onlyPublicOperationsAreShown() throws IOException {
        JsonNode paths = document(APP, PAY).get("paths");
        assertThat(paths.propertyStream().map(Map.Entry::getKey)).containsExactly("/orders", "/payments");
        assertThat(paths.get("/payments").propertyStream().map(Map.Entry::getKey)).containsExactly("get");
    }

    @Test
    void aMarkForTheGatewayIsNotShown() throws IOException {
        assertThat(document(APP).at("/paths/~1orders/get")).isEqualTo(yaml("{operationId: list-orders, tags: [orders]}"));
    }

    @Test
    void theComponentsOfAllContextsAreThere() throws IOException {
        assertThat(document(APP, PAY).at("/components/schemas").propertyStream().map(Map.Entry::getKey))
                .containsExactlyInAnyOrder("Problem", "Order", "Payment");
    }

    @Test
    void aNameThatMeansTwoThingsIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> document(APP, PAY.replace("Problem: {type: object}", "Problem: {type: string}")))
                .withMessageContaining("Problem");
    }

    private static JsonNode document(String... contracts) throws IOException {
        List<JsonNode> documents = new ArrayList<>();
        for (String contract : contracts) {
            documents.add(yaml(contract));
        }
        return Json.read(new PublicApi(documents).document());
    }

    private static JsonNode yaml(String document) throws IOException {
        return new YAMLMapper().readTree(document);
    }
}
