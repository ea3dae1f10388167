package phone82.platform.context;

import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Reloads route files when a developer saves them. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("phone82.reload")
public class RouteReload {

    /** @param folder the parent of the folders with route files, for example {@code routes} */
    @Bean
    CamelContextConfiguration reloadSavedRoutes(@Value("${phone82.reload}/${phone82.context}") String folder) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext camel) {
                RouteWatcherReloadStrategy watcher = new RouteWatcherReloadStrategy(folder);
                watcher.setPattern("*.camel.yaml");
                watcher.setRemoveAllRoutes(false);
                try {
                    camel.addService(watcher);
                } catch (Exception e) {
                    throw new IllegalStateException("cannot watch " + folder, e);
                }
            }

            @Override
            public void afterApplicationStart(CamelContext camel) {
            }
        };
    }
}
