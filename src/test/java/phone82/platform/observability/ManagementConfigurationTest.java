package phone82.platform.observability;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ManagementConfigurationTest {

    private final List<String> seen = new CopyOnWriteArrayList<>();

    @Test
    void workBeginsWithoutTheOrderThatItsThreadHadBefore() throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            new ManagementConfiguration().correlationOfNewWork().beforeApplicationStart(camel);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("seda:work").process(exchange -> {
                        seen.add("begins with " + MDC.get("orderId"));
                        Correlation.about(exchange.getMessage().getBody(String.class));
                    }).to("direct:part");
                    from("direct:part").process(exchange -> seen.add("continues with " + MDC.get("orderId")));
                }
            });
            camel.start();

            camel.createProducerTemplate().sendBody("seda:work", "7");
            camel.createProducerTemplate().sendBody("seda:work", "8");

            await().until(() -> seen.size() == 4);
            assertThat(seen).containsExactly("begins with null", "continues with 7", "begins with null", "continues with 8");
        }
    }
}
