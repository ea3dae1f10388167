package phone82.store;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.domain.EntityScan;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.archive.ArchivedTable;
import phone82.platform.context.BoundedContext;
import phone82.platform.disk.Disk;
import phone82.platform.erasure.OwnedTable;
import phone82.platform.erasure.Tombstones;
import phone82.platform.event.Outbox;
import phone82.platform.event.OutboxConfiguration;
import phone82.platform.health.Check;
import phone82.platform.persistence.GaugeQueries;
import phone82.platform.persistence.Statuses;
import phone82.platform.saga.Participation;
import phone82.platform.saga.SagaConfiguration;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The bounded context {@code store}: the dealer's deliveries. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EntityScan(basePackageClasses = Delivery.class)
@Import({BoundedContext.class, OutboxConfiguration.class, SagaConfiguration.class})
public class StoreContext {

    @Bean
    Dispatch dispatch(@Value("${phone82.store.dispatch}") boolean allowed, Disk disk) {
        return new Dispatch(allowed, disk);
    }

    @Bean
    Check dispatchCheck(Dispatch dispatch) {
        return Check.note("dispatch", () -> Map.of("held", Objects.requireNonNullElse(dispatch.reason(), "no")));
    }

    /**
     * The query parameter of the poll for due deliveries: the current time at each poll, or a time at which nothing is due. {@link Deliveries#ship} checks
     * it again.
     */
    @Bean(defaultCandidate = false)
    Map<String, Object> dueNow(Dispatch dispatch) {
        return new AbstractMap<>() {
            @Override
            public Set<Entry<String, Object>> entrySet() {
                return Set.of(Map.entry("now", dispatch.isHeld() ? Instant.EPOCH : Deliveries.now()));
            }
        };
    }

    @Bean
    Deliveries deliveries(Outbox outbox, Participation participation, Dispatch dispatch,
                          @Value("${phone82.store.dispatch-delay}") Duration dispatchDelay, Tombstones tombstones) {
        return new Deliveries(outbox, participation, dispatch, dispatchDelay, tombstones);
    }

    @Bean
    DeliveryList deliveryList() {
        return new DeliveryList();
    }

    @Bean
    OwnedTable ownedDeliveries() {
        return new OwnedTable("delivery", "order_id", true, DeliveryStatus.UNDER_WAY);
    }

    @Bean
    MeterBinder dueMetrics(JdbcTemplate jdbc, GaugeQueries queries, Dispatch dispatch, @Value("${phone82.reconcile.moving}") Duration moving) {
        return metrics -> {
            Gauge.builder("phone82.orders.stuck", jdbc,
                            queries.unlessUnavailable(database -> dispatch.isHeld() ? 0 : countDue(database, Instant.now().minus(moving))))
                    .description("deliveries that should have been shipped").register(metrics);
            Gauge.builder("phone82.dispatch.waiting", jdbc,
                            queries.unlessUnavailable(database -> dispatch.isHeld() ? countDue(database, Instant.now()) : 0))
                    .description("due deliveries that wait because nothing is shipped").register(metrics);
        };
    }

    private static long countDue(JdbcTemplate database, Instant before) {
        return database.queryForObject("select count(*) from delivery where status = 'Received' and dispatch_at < ?", Long.class, Timestamp.from(before));
    }

    @Bean
    ArchivedTable archivedDeliveries() {
        return new ArchivedTable("delivery", "order_id", true, "coalesce(shipped_at, received_at)", "not " + Statuses.in(DeliveryStatus.UNDER_WAY), "its delivery is not finished");
    }
}
