package phone82.customer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.customer.History.Status;
import phone82.platform.archive.ArchivedTable;
import phone82.platform.context.BoundedContext;
import phone82.platform.disk.Disk;
import phone82.platform.erasure.OwnedTable;
import phone82.platform.event.EventTransformation;
import phone82.platform.event.Inbox;
import phone82.platform.http.Authentication;
import phone82.platform.http.Contract;
import phone82.platform.persistence.GaugeQueries;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The bounded context {@code customer}: a read model of the progress of all orders. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(BoundedContext.class)
@EnableConfigurationProperties(StreamLimits.class)
public class CustomerContext {

    @Bean
    History history(JdbcTemplate jdbc, MeterRegistry metrics, HistoryStream stream) {
        return new History(jdbc, Inbox.duplicates(metrics), stream::wake);
    }

    @Bean
    Rebuild rebuild(History history, JdbcTemplate jdbc, TransactionTemplate transactions, EventTransformation received) {
        return new Rebuild(history, jdbc, transactions, received);
    }

    @Bean
    OwnedTable ownedViews() {
        return new OwnedTable("history", "order_id", false, List.of());
    }

    @Bean
    OwnedTable ownedRebuiltViews() {
        return new OwnedTable("history_rebuilt", "order_id", false, List.of());
    }

    @Bean
    ArchivedTable archivedViews() {
        return ArchivedTable.whole("history", "order_id", "updated_at");
    }

    @Bean
    ArchivedTable archivedTimelines() {
        return ArchivedTable.whole("timeline", "order_id", "happened_at");
    }

    /** The second view would bring the order back. */
    @Bean
    ArchivedTable archivedRebuiltViews() {
        return ArchivedTable.inProgress("history_rebuilt", "order_id", "rebuild-history is in progress; let it finish");
    }

    @Bean
    MeterBinder stuckMetric(JdbcTemplate jdbc, GaugeQueries queries, @Value("${phone82.reconcile.moving}") Duration moving,
                            @Value("${phone82.store.dispatch-delay}") Duration dispatchDelay, @Value("${phone82.store.dispatch}") boolean dispatch, Disk disk) {
        return metrics -> Gauge.builder("phone82.orders.stuck", jdbc, queries.unlessUnavailable(database -> database.queryForObject(
                        """
                                select count(*) from history where progress in (?, ?) and updated_at < ? and not exists (
                                    select 1 from timeline paused where paused.order_id = history.order_id and paused.type = 'DeliveryPaused' and not exists (
                                        select 1 from timeline resumed where resumed.order_id = paused.order_id and resumed.type = 'DeliveryResumed'
                                            and resumed.happened_at > paused.happened_at))""",
                        // a paid order waits on purpose while store ships nothing
                        Long.class, Status.Ordered.ordinal(), (dispatch && !disk.isRestored() ? Status.Paid : Status.Ordered).ordinal(), Timestamp.from(Instant.now().minus(moving).minus(dispatchDelay)))))
                .description("unfinished orders without progress in the view, but for deliveries that wait on purpose").register(metrics);
    }

    @Bean
    HistoryStream historyStream(JdbcTemplate jdbc, Contract contract, Authentication authentication, StreamLimits limits) {
        return new HistoryStream(new RecordedEvents(jdbc), contract, authentication, limits);
    }
}
