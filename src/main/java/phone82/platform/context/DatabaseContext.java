package phone82.platform.context;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import phone82.platform.health.HealthConfiguration;
import phone82.platform.health.ResourcesHealthConfiguration;
import phone82.platform.http.ContractConfiguration;
import phone82.platform.http.HttpConfiguration;
import phone82.platform.observability.ManagementConfiguration;
import phone82.platform.observability.MetricsConfiguration;
import phone82.platform.observability.TracingConfiguration;

/** The configuration shared by all contexts with a database: the database, health, metrics, and HTTP by the API contract. */
@Configuration(proxyBeanMethods = false)
@Import({RouteFinder.class, RouteReload.class, ManagementConfiguration.class, MetricsConfiguration.class, TracingConfiguration.class,
        HealthConfiguration.class, ResourcesHealthConfiguration.class, DatabaseConfiguration.class, HttpConfiguration.class, ContractConfiguration.class})
public class DatabaseContext {

    @Bean
    BodyConverter bodyConverter() {
        return new BodyConverter();
    }
}
