package phone82.operations;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import phone82.platform.health.Check;

import java.util.List;
import java.util.Map;

/** The operator's port of a process without any contexts. */
final class OperatorsPort implements AutoCloseable {

    private final ConfigurableApplicationContext application;

    OperatorsPort(List<String> contexts, String... options) {
        application = new SpringApplicationBuilder(OperationsContext.class).web(WebApplicationType.NONE).profiles("operations")
                .properties("phone82.context=operations", "management.server.port=0").registerShutdownHook(false).run(options);
        operations().expect(contexts);
        contexts.forEach(context -> operations().add(context, List.of(Check.readiness("routes", Map::of)), List.of()));
    }

    <T> T bean(Class<T> type) {
        return application.getBean(type);
    }

    Operations operations() {
        return bean(Operations.class);
    }

    @Override
    public void close() {
        application.close();
    }
}
