package phone82.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.bucket4j.TimeMeter;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.ResourceLoader;
import phone82.platform.MetricsConfiguration;
import phone82.platform.RouteReload;
import phone82.platform.TracingConfiguration;
import phone82.platform.WarmUp;
import phone82.platform.WarmUp.Rehearsal;
import phone82.platform.health.HealthConfiguration;
import phone82.platform.http.Contract;
import phone82.platform.http.HttpConfiguration;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The context {@code gateway}: the one public entry. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({RouteReload.class, MetricsConfiguration.class, TracingConfiguration.class, HealthConfiguration.class, HttpConfiguration.class})
public class GatewayContext {

    @Bean
    Rehearsal rehearsedRequest(@Value("http://${phone82.local-host}:${phone82.gateway.port}") String url) {
        return WarmUp.refusedPost(url + "/orders");
    }

    private static final List<String> PUBLISHERS = List.of("app", "pay", "store", "customer");

    @Bean
    Upstream upstream() {
        return new Upstream();
    }

    @Bean
    MethodNames methodNames() {
        return new MethodNames();
    }

    /** Not there where the rate is 0. */
    @Bean
    @ConditionalOnExpression("${phone82.gateway.rate} > 0")
    RateLimit rateLimit(@Value("${phone82.gateway.rate}") int rate) {
        return new RateLimit(rate, TimeMeter.SYSTEM_NANOTIME);
    }

    @Bean
    StreamProxy historyStream(@Value("${phone82.gateway.customer-url}") String customer,
                              @Value("${phone82.gateway.reader-patience}") Duration patience,
                              @Value("${phone82.gateway.streams-per-client}") int streamsPerClient) {
        return new StreamProxy("/history/stream", customer, patience, streamsPerClient);
    }

    @Bean
    Pages pages() {
        return new Pages();
    }

    @Bean
    PublicApi publicApi(ResourceLoader resources, @Value("${phone82.routes}") String routes) throws IOException {
        List<JsonNode> contracts = new ArrayList<>();
        for (String context : PUBLISHERS) {
            contracts.add(new Contract(resources.getResource(routes + "/" + context + "/" + context + ".openapi.yaml")
                    .getInputStream()).document());
        }
        return new PublicApi(contracts);
    }
}
