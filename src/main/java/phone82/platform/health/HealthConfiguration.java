package phone82.platform.health;

import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.spi.RouteController;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import java.util.List;
import java.util.Map;

/** Health checks of a context's routes. */
@Configuration(proxyBeanMethods = false)
public class HealthConfiguration {

    /** Makes the start fail if Camel finds no routes, which Camel itself ignores. */
    @Bean
    ApplicationListener<ApplicationStartedEvent> requiredRoutes(CamelContext camel, @Value("${phone82.routes}") String folder) {
        return started -> {
            if (!hasRoutes(camel)) {
                throw new IllegalStateException("the context has no routes; set phone82.routes to their folder, not to " + folder);
            }
        };
    }

    private static boolean hasRoutes(CamelContext camel) {
        return camel.getRoutes().stream().anyMatch(route -> camel.getName().equals(route.getGroup()));
    }

    @Bean
    Check routesCheck(CamelContext camel) {
        return Check.readiness("routes", () -> {
            if (!hasRoutes(camel)) {
                throw new IllegalStateException("the context has no routes");
            }
            RouteController controller = camel.getRouteController();
            List<String> stopped = camel.getRoutes().stream().map(Route::getRouteId)
                    .filter(id -> !controller.getRouteStatus(id).isStarted()).toList();
            if (!camel.isStarted() || !stopped.isEmpty()) {
                throw new IllegalStateException("not started: " + (stopped.isEmpty() ? camel.getName() : stopped));
            }
            return Map.of("started", camel.getRoutes().size());
        });
    }

    @Bean
    Check pulseCheck(@Value("${phone82.local-scheme}://${phone82.local-host}:${phone82.${phone82.context}.port}${phone82.http.pulse}") String url) {
        return Check.life("pulse", new Pulse(url));
    }
}
