package phone82.app;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.domain.EntityScan;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.platform.archive.ArchivedTable;
import phone82.platform.context.BoundedContext;
import phone82.platform.context.BreakerConfiguration;
import phone82.platform.context.BreakerSettings;
import phone82.platform.disk.Disk;
import phone82.platform.erasure.Erasure;
import phone82.platform.erasure.OwnedTable;
import phone82.platform.erasure.Tombstones;
import phone82.platform.event.Outbox;
import phone82.platform.event.OutboxConfiguration;
import phone82.platform.health.Check;
import phone82.platform.http.HttpServer;
import phone82.platform.http.WarmUp;
import phone82.platform.http.WarmUp.Rehearsal;
import phone82.platform.observability.Correlation;
import phone82.platform.persistence.GaugeQueries;
import phone82.platform.persistence.Statuses;
import phone82.platform.saga.Participation;
import phone82.platform.saga.SagaConfiguration;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The bounded context {@code app}: orders and the price list. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EntityScan(basePackageClasses = Order.class)
@Import({BoundedContext.class, OutboxConfiguration.class, SagaConfiguration.class, BreakerConfiguration.class})
public class AppContext {

    private static final int CANCELLATION_REHEARSALS = 3;
    /** Enough for three cancellations per second in a cold JVM. */
    private static final int LEAST_CANCELLATIONS = 2;
    /** Longer than an order takes besides its waits. */
    private static final Duration COMMITS = Duration.ofSeconds(2);

    @Bean
    OrderDrafting orderDrafting(Catalogue catalogue) {
        return new OrderDrafting(catalogue, new OrderIds(Clock.systemUTC(), new SecureRandom()));
    }

    @Bean
    Orders orders(Outbox outbox, Participation participation, IdempotencyKeys idempotencyKeys) {
        return new Orders(outbox, participation, idempotencyKeys);
    }

    @Bean
    IdempotencyKeys idempotencyKeys(JdbcTemplate jdbc, @Value("${phone82.app.idempotency-keys.keep}") Duration keep, MeterRegistry metrics) {
        return new IdempotencyKeys(jdbc, keep, metrics);
    }

    @Bean
    OwnerChanges ownerChanges(Outbox outbox, JdbcTemplate jdbc, Tombstones tombstones) {
        return new OwnerChanges(outbox, jdbc, tombstones);
    }

    @Bean
    OwnedTable ownedOrders() {
        return new OwnedTable("orders", "id", true, OrderStatus.UNDER_WAY);
    }

    @Bean
    OwnedTable ownedKeys() {
        return new OwnedTable("idempotency", "order_id", false, List.of());
    }

    @Bean
    OwnedTable newOwners() {
        return new OwnedTable("new_owner", "order_id", false, List.of());
    }

    @Bean
    ArchivedTable archivedOrders() {
        return new ArchivedTable("orders", "id", true, "coalesce(shipped_at, ordered_at)", "not " + Statuses.in(OrderStatus.UNDER_WAY), "it is not finished");
    }

    @Bean
    ArchivedTable archivedNewOwners() {
        return ArchivedTable.inProgress("new_owner", "order_id", "pay or store does not have its new owner yet");
    }

    @Bean
    ArchivingOrders archivingOrders(JdbcTemplate jdbc, Intake intake) {
        return new ArchivingOrders(jdbc, intake);
    }

    /** An order has its id before it waits for a place and for pay. */
    @Bean
    Erasures erasures(JdbcTemplate jdbc, TransactionTemplate transactions, Erasure erasure, @Value("${phone82.app.admission.patience}") Duration patience,
                      @Value("${phone82.app.payment.lease-timeout}") int lease, @Value("${phone82.app.payment.connect-timeout}") int connect,
                      @Value("${phone82.app.payment.response-timeout}") int response) {
        return new Erasures(jdbc, transactions, erasure, patience.plusMillis(lease + connect + response).plus(COMMITS));
    }

    /** The dispatch delay is added to the patience: until it is over, a healthy order makes no progress either. */
    @Bean
    StuckOrders stuckOrders(JdbcTemplate jdbc, TransactionTemplate transactions, @Value("${phone82.reconcile.moving}") Duration moving,
                            @Value("${phone82.store.dispatch-delay}") Duration dispatchDelay, @Value("${phone82.store.dispatch}") boolean dispatch, Disk disk) {
        return new StuckOrders(jdbc, transactions, moving.plus(dispatchDelay), moving, () -> !dispatch || disk.isRestored());
    }

    @Bean
    MeterBinder stuckMetric(StuckOrders stuckOrders, GaugeQueries queries) {
        return metrics -> Gauge.builder("phone82.orders.stuck", stuckOrders, queries.unlessUnavailable(StuckOrders::count))
                .description("unfinished orders without progress").register(metrics);
    }

    @Bean
    MeterBinder newOwnersMetrics(OwnerChanges ownerChanges, GaugeQueries queries) {
        return metrics -> {
            Gauge.builder("phone82.new.owners", ownerChanges, queries.unlessUnavailable(OwnerChanges::waiting))
                    .description("orders whose new owner pay or store may not have yet").register(metrics);
            Gauge.builder("phone82.new.owners.oldest", ownerChanges, queries.unlessUnavailable(OwnerChanges::oldestSeconds)).baseUnit("seconds")
                    .description("age of the oldest of them").register(metrics);
        };
    }

    @Bean
    Intake intake(Disk disk, CamelContext camel) {
        return new Intake(disk, camel);
    }

    /** Rehearses an order from payment to commit. Pay refuses its id, and the transaction is rolled back. */
    @Bean
    Rehearsal rehearsedOrder(Orders orders, CircuitBreaker payBreaker, ProducerTemplate camel, TransactionTemplate transactions) {
        return () -> transactions.executeWithoutResult(transaction -> {
            transaction.setRollbackOnly();
            Order order = new Order(-1, "rehearsal", 1, 1, "rehearsal", Instant.now());
            camel.send("direct:app-authorise-payment", exchange -> exchange.getMessage().setBody(order));
            payBreaker.reset();
            orders.place(order, null);
        });
    }

    /** Rehearses the saga of a cancellation. No order has this id, so the saga ends with its compensation, which finds nothing to undo. */
    @Bean
    Rehearsal rehearsedCancellation(ProducerTemplate camel) {
        return WarmUp.atMost(CANCELLATION_REHEARSALS, () -> camel.sendBodyAndHeaders("direct:app-cancellation", null,
                Map.of("id", -1, Correlation.TRACEPARENT, Correlation.current())));
    }

    @Bean
    Rehearsal rehearsedRequest(@Value("${phone82.local-scheme}://${phone82.local-host}:${phone82.app.port}") String url) {
        return WarmUp.refusedPost(url + "/orders", null);
    }

    @Bean
    Catalogue catalogue(Environment environment) {
        return Binder.get(environment).bind("phone82.catalogue", Catalogue.class).get();
    }

    /** The first cancellations after the start find all places, because a cold JVM takes long for each. */
    @Bean
    Cancellation cancellation(Orders orders, @Value("${phone82.app.cancellations}") int most, @Value("${phone82.saga.request-timeout}") Duration callTimeout) {
        return new Cancellation(orders, new AdaptiveLimit(Math.min(LEAST_CANCELLATIONS, most), most, most, callTimeout), callTimeout);
    }

    @Bean
    Admission admission(Environment environment, CircuitBreaker payBreaker) {
        return new Admission(Binder.get(environment).bind("phone82.app.admission", Admission.Limits.class).get(), payBreaker);
    }

    @Bean
    BankBreakers bankBreakers(@Value("${phone82.app.bank-breaker.failures}") int failures, @Value("${phone82.app.bank-breaker.open}") Duration open) {
        return new BankBreakers(failures, open);
    }

    /** A declined payment counts as a success. */
    @Bean
    CircuitBreakerConfig payBreakerConfig(Environment environment) {
        return Binder.get(environment).bind("phone82.app.breaker", BreakerSettings.class).get().config();
    }

    @Bean
    CircuitBreaker payBreaker(CircuitBreakerRegistry circuitBreakers, CircuitBreakerConfig payBreakerConfig) {
        return circuitBreakers.circuitBreaker("pay", payBreakerConfig);
    }

    @Bean
    Check breakerCheck(CircuitBreaker payBreaker) {
        return Check.note("payment-breaker", () -> Map.of("state", payBreaker.getState(),
                "failureRate", rate(payBreaker.getMetrics().getFailureRate()), "slowCallRate", rate(payBreaker.getMetrics().getSlowCallRate())));
    }

    private static Object rate(float percent) {
        return percent < 0 ? "too few calls" : percent;
    }

    /** From the start, so that the first refusals of a new process are an increase. */
    @Bean
    MeterBinder outcomeMetrics() {
        return metrics -> {
            List.of("201", "402", "500", "503").forEach(status -> HttpServer.timer(metrics, "POST", "app-place-order", status));
            HttpServer.timer(metrics, "DELETE", "app-cancel-order", "503");
            HttpServer.timer(metrics, "POST", "app-request-cancellation", "503");
        };
    }

    @Bean
    OrderMetrics orderMetrics(MeterRegistry metrics, StuckOrders stuckOrders, @Value("${phone82.store.dispatch-delay}") Duration dispatchDelay) {
        return new OrderMetrics(metrics, stuckOrders, dispatchDelay);
    }

    @Bean
    PaymentCall paymentCall(CircuitBreaker payBreaker, CircuitBreakerConfig payBreakerConfig) {
        return new PaymentCall(payBreaker, Duration.ofMillis(payBreakerConfig.getWaitIntervalFunctionInOpenState().apply(1)));
    }
}
