package phone82.platform.event;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.apache.camel.ProducerTemplate;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.function.SingletonSupplier;
import phone82.platform.audit.Audit;
import phone82.platform.disk.Disk;
import phone82.platform.disk.DurableDatabase;
import phone82.platform.persistence.ClockJump;
import phone82.platform.persistence.GaugeQueries;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Beans for publishing events. */
@Configuration(proxyBeanMethods = false)
public class OutboxConfiguration {

    /** Wakes the relay route; while it is running, one further wake-up is enough. */
    private static final String RELAY = "seda:relay-events?size=1&discardWhenFull=true";

    @Bean
    Outbox outbox(JdbcTemplate jdbc, @Value("${phone82.context}") String context, @Value("${spring.datasource.url}") String database,
                  ObjectProvider<ProducerTemplate> camel, MeterRegistry metrics, ObjectProvider<Audit> audit) {
        SingletonSupplier<ProducerTemplate> template = SingletonSupplier.of(camel::getObject);
        return new Outbox(jdbc, context, !DurableDatabase.isEmbedded(database), () -> template.obtain().sendBody(RELAY, null), metrics,
                SingletonSupplier.ofNullable(audit::getIfAvailable));
    }

    @Bean
    EventLog eventLog(JdbcTemplate jdbc, Outbox outbox, @Value("${phone82.outbox.keep}") Duration keep, Disk disk, MeterRegistry metrics) {
        return new EventLog(jdbc, outbox, keep, disk::isRestored, ClockJump.HERE, metrics);
    }

    @Bean
    MeterBinder outboxMetrics(Outbox outbox, GaugeQueries queries) {
        return metrics -> {
            Gauge.builder("phone82.outbox.events", outbox, queries.unlessUnavailable(Outbox::depth))
                    .description("events that are not sent yet").register(metrics);
            TimeGauge.builder("phone82.outbox.oldest", outbox, TimeUnit.SECONDS, queries.unlessUnavailable(Outbox::oldestSeconds))
                    .description("how long the oldest unsent event has been waiting").register(metrics);
        };
    }
}
