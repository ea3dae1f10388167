package phone82.platform.saga;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.service.lra.LRASagaRoutes;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.Resource;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.http.Contract;
import phone82.platform.identity.TokenMinter;
import phone82.platform.persistence.GaugeQueries;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Beans for taking part in sagas. */
@Configuration(proxyBeanMethods = false)
public class SagaConfiguration {

    @Bean
    Participation participation(JdbcTemplate jdbc, @Value("${phone82.saga.coordinator-url}") String coordinator,
                                @Value("${phone82.saga.time-limit}") Duration timeLimit, @Value("${phone82.inbox.keep}") Duration keep, MeterRegistry metrics) {
        return new Participation(jdbc, LraSagaClient.lras(coordinator), timeLimit, keep, metrics);
    }

    @Bean
    MeterBinder openCancellations(Participation participation, GaugeQueries queries) {
        return metrics -> {
            Gauge.builder("phone82.cancellations.open", participation, queries.unlessUnavailable(Participation::countOpen))
                    .description("cancellations whose outcome this context does not know yet").register(metrics);
            TimeGauge.builder("phone82.cancellations.oldest", participation, TimeUnit.SECONDS, queries.unlessUnavailable(Participation::oldestSeconds))
                    .description("age of the oldest of them").register(metrics);
        };
    }

    @Bean
    LraSagaClient sagas(@Value("${phone82.saga.coordinator-url}") String coordinator,
                @Value("${phone82.${phone82.context}.callback-url}") String participant,
                TokenMinter minter,
                @Value("${phone82.saga.connect-timeout}") Duration connectTimeout,
                @Value("${phone82.saga.request-timeout}") Duration requestTimeout) {
        return new LraSagaClient(coordinator, participant, minter, connectTimeout, requestTimeout);
    }

    /** The API contract of the coordinator's callbacks, which Camel's routes serve. */
    @Bean(defaultCandidate = false)
    @Qualifier("callbacks")
    Contract callbacks(@Value("${phone82.routes}/shared/callbacks.openapi.yaml") Resource openApi) throws IOException {
        return new Contract(openApi.getInputStream());
    }

    /** Gives names to Camel's callback routes, whose ids would otherwise be numbers, and the error policy {@code api}. */
    @Bean
    RouteBuilderLifecycleStrategy callbackRoutes() {
        return new RouteBuilderLifecycleStrategy() {
            @Override
            public void beforeConfigure(RouteBuilder builder) {
                if (builder instanceof LRASagaRoutes) {
                    builder.onException(Throwable.class).handled(true).bean("problems", "answer");
                }
            }

            @Override
            public void afterConfigure(RouteBuilder builder) {
                builder.getRestCollection().getRests().stream().flatMap(rest -> rest.getVerbs().stream()).filter(verb -> verb.getRouteId() == null)
                        .forEach(verb -> verb.setRouteId("lra" + verb.getPath().replace('/', '-')));
            }
        };
    }
}
