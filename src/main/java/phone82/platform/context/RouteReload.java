package phone82.platform.context;

import org.apache.camel.RuntimeCamelException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.TemplatedRouteDefinition;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import phone82.platform.camel.BeforeStart;

/** Reloads route files when a developer saves them. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("phone82.reload")
public class RouteReload {

    /** @param folder the parent of the folders with route files, for example {@code routes} */
    @Bean
    BeforeStart reloadSavedRoutes(@Value("${phone82.reload}/${phone82.context}") String folder) {
        return camel -> {
            RouteWatcherReloadStrategy watcher = new RouteWatcherReloadStrategy(folder);
            watcher.setPattern("*.camel.yaml");
            watcher.setRemoveAllRoutes(false);
            try {
                camel.addService(watcher);
            } catch (Exception e) {
                throw new IllegalStateException("cannot watch " + folder, e);
            }
        };
    }

    /**
     * Camel's reload ignores routes that are made from templates. It would also wait for the requests in progress before it replaces the route
     * that serves the contract, while they wait for the operations below it, which it has already removed; so that route is not replaced.
     */
    @Bean
    RouteBuilderLifecycleStrategy reloadOfTemplatesWithoutContracts() {
        return new RouteBuilderLifecycleStrategy() {
            @Override
            public void afterConfigure(RouteBuilder saved) {
                if (saved.getContext().isStarted()) {
                    saved.getRestCollection().getRests().removeIf(rest -> rest.getOpenApi() != null);
                    replaceTemplates(saved);
                }
            }
        };
    }

    private static void replaceTemplates(RouteBuilder saved) {
        Model model = saved.getContext().getCamelContextExtension().getContextPlugin(Model.class);
        try {
            for (RouteTemplateDefinition template : saved.getRouteTemplateCollection().getRouteTemplates()) {
                model.removeRouteTemplateDefinitions(template.getId());
                model.addRouteTemplateDefinition(template);
            }
            for (TemplatedRouteDefinition templated : saved.getTemplatedRouteCollection().getTemplatedRoutes()) {
                RouteDefinition former = model.getRouteDefinition(templated.getRouteId());
                if (former != null) {
                    model.removeRouteDefinition(former);
                }
            }
            saved.addTemplatedRoutesToCamelContext(saved.getContext());
        } catch (Exception e) {
            throw RuntimeCamelException.wrapRuntimeException(e);
        }
    }
}
