package phone82.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;
import phone82.platform.api.Json;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class PublicApiTest {

    private static final String APP = """
            paths:
              /orders:
                get: {operationId: list-orders, x-public: true, x-stream: true, responses: {200: {$ref: '#/components/responses/Orders'}}}
            components:
              responses:
                Orders: {content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}}}
              schemas:
                Problem: {type: object}
                Order: {type: object, properties: {parts: {type: array, items: {$ref: '#/components/schemas/Order'}}, trouble: {$ref: '#/components/schemas/Problem'}}}
            """;
    private static final String PAY = """
            paths:
              /payments:
                get: {operationId: list-payments, x-public: true, responses: {200: {$ref: '#/components/schemas/Payment'}}}
                post: {operationId: authorise-payment, requestBody: {$ref: '#/components/schemas/Authorisation'}}
              /payments/{orderId}/cancellation:
                put: {operationId: cancel-payment, x-public: false}
            components:
              schemas:
                Problem: {type: object}
                Payment: {type: object}
                Authorisation: {type: object, properties: {provider: {$ref: '#/components/schemas/Provider'}}}
                Provider: {type: object}
            """;

    @Test
    void onlyPublicOperationsAreShown() throws IOException {
        JsonNode paths = document(APP, PAY).get("paths");
        assertThat(paths.propertyStream().map(Map.Entry::getKey)).containsExactly("/orders", "/payments");
        assertThat(paths.get("/payments").propertyStream().map(Map.Entry::getKey)).containsExactly("get");
    }

    @Test
    void pathsBeginWithTheSectionsOfPublicOperations() throws IOException {
        assertThat(new PublicApi(Map.of("app", yaml(APP), "pay", yaml(PAY))).sections()).containsExactlyInAnyOrder("orders", "payments");
    }

    @Test
    void gatewayExtensionsAreNotShown() throws IOException {
        assertThat(document(APP).at("/paths/~1orders/get")).isEqualTo(
                yaml("{operationId: list-orders, responses: {200: {$ref: '#/components/responses/Orders'}}, tags: [orders]}"));
    }

    @Test
    void onlyComponentsOfPublicOperationsAreIncluded() throws IOException {
        JsonNode components = document(APP, PAY).get("components");
        assertThat(components.get("schemas").propertyStream().map(Map.Entry::getKey)).containsExactlyInAnyOrder("Problem", "Order", "Payment");
        assertThat(components.get("responses").propertyStream().map(Map.Entry::getKey)).containsExactly("Orders");
    }

    @Test
    void aSchemaNameWithTwoMeaningsIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> document(APP, PAY.replace("Problem: {type: object}", "Problem: {type: string}")))
                .withMessageContaining("Problem");
    }

    private static JsonNode document(String... contracts) throws IOException {
        Map<String, JsonNode> documents = new LinkedHashMap<>();
        for (String contract : contracts) {
            documents.put("context " + documents.size(), yaml(contract));
        }
        return Json.read(new PublicApi(documents).document());
    }

    private static JsonNode yaml(String document) throws IOException {
        return new YAMLMapper().readTree(document);
    }
}
