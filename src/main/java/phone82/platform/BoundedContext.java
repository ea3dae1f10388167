package phone82.platform;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import phone82.platform.event.EventConfiguration;
import phone82.platform.health.HealthConfiguration;
import phone82.platform.health.ResourcesHealthConfiguration;
import phone82.platform.http.ContractConfiguration;
import phone82.platform.http.HttpConfiguration;

/** What every bounded context with a database has: HTTP in, events in and out. */
@Configuration(proxyBeanMethods = false)
@Import({RouteReload.class, MetricsConfiguration.class, TracingConfiguration.class, HealthConfiguration.class, ResourcesHealthConfiguration.class,
        DatabaseConfiguration.class, HttpConfiguration.class, ContractConfiguration.class, EventConfiguration.class})
public class BoundedContext {

    @Bean
    BodyConverter bodyConverter() {
        return new BodyConverter();
    }
}
