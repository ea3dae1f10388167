package phone82.pay;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.domain.EntityScan;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.function.SingletonSupplier;
import phone82.pay.provider.HttpProvider;
import phone82.pay.provider.PaymentProvider;
import phone82.platform.archive.ArchivedTable;
import phone82.platform.context.BoundedContext;
import phone82.platform.context.BreakerConfiguration;
import phone82.platform.context.BreakerSettings;
import phone82.platform.disk.Disk;
import phone82.platform.erasure.OwnedTable;
import phone82.platform.erasure.Tombstones;
import phone82.platform.event.Outbox;
import phone82.platform.event.OutboxConfiguration;
import phone82.platform.health.Check;
import phone82.platform.http.WarmUp;
import phone82.platform.http.WarmUp.Rehearsal;
import phone82.platform.identity.TokenMinter;
import phone82.platform.log.BreakerLog;
import phone82.platform.observability.ClientSpans;
import phone82.platform.observability.Correlation;
import phone82.platform.persistence.GaugeQueries;
import phone82.platform.persistence.OldRows;
import phone82.platform.persistence.Statuses;
import phone82.platform.saga.Participation;
import phone82.platform.saga.SagaConfiguration;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The bounded context {@code pay}: payments, and the calls to the payment provider. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EntityScan(basePackageClasses = Payment.class)
@Import({BoundedContext.class, OutboxConfiguration.class, SagaConfiguration.class, BreakerConfiguration.class})
public class PayContext {

    private static final Logger LOG = LoggerFactory.getLogger(PayContext.class);

    private static final String SETTLE = "direct:pay-queue-payment";
    /** Wait for a place; it is part of pay's own time, by which app adapts the number of its orders. */
    private static final Duration PATIENCE = Duration.ofMillis(100);

    @Bean
    Lease lease(@Value("${phone82.pay.provider-connect-limit}") Duration connectLimit,
                @Value("${phone82.pay.provider-authorisation-limit}") Duration authorisationLimit, @Value("${phone82.pay.provider-limit}") Duration limit) {
        return Lease.covering(connectLimit, authorisationLimit, limit);
    }

    @Bean
    SettleQueue settleQueue(Payments payments, Lease lease) {
        return new SettleQueue(payments, lease.spare());
    }

    @Bean
    HttpProvider httpProvider(@Value("${phone82.pay.provider-url}") String url, @Value("${phone82.provider.api-key}") String apiKey,
                              @Value("${phone82.pay.provider-connect-limit}") Duration connectLimit,
                              @Value("${phone82.pay.provider-authorisation-limit}") Duration authorisationLimit,
                              @Value("${phone82.pay.provider-limit}") Duration limit,
                              @Value("${phone82.http.keep-alive}") Duration keepAlive, ObjectProvider<Tracer> tracer) {
        return new HttpProvider(url, apiKey, connectLimit, authorisationLimit, limit, keepAlive,
                new ClientSpans(tracer.getIfAvailable(() -> TracerProvider.noop().get("phone82"))));
    }

    @Bean
    ProviderCall providerCall(PaymentProvider provider) {
        return new ProviderCall(provider);
    }

    @Bean
    CircuitBreakerConfig providerBreakerConfig(Environment environment) {
        return Binder.get(environment).bind("phone82.pay.breaker", BreakerSettings.class).get().config();
    }

    /** The breaker of authorisations, for which a customer waits. */
    @Bean
    CircuitBreaker authorisationBreaker(CircuitBreakerRegistry circuitBreakers, CircuitBreakerConfig providerBreakerConfig) {
        return logged(circuitBreakers.circuitBreaker("authorisations", providerBreakerConfig), "so new orders are refused until it does",
                "authorisations, and orders are accepted");
    }

    /** The places for authorisations. A request without one is not sent, so that it is no failed call for the breaker. */
    @Bean
    Bulkhead authorisationPlaces(BulkheadRegistry bulkheads, @Value("${phone82.pay.authorisations}") int most) {
        return bulkheads.bulkhead("authorisations", BulkheadConfig.custom().maxConcurrentCalls(most).maxWaitDuration(PATIENCE).build());
    }

    /** The breaker of captures, releases, refunds and repeated authorisations. */
    @Bean
    CircuitBreaker settlementBreaker(CircuitBreakerRegistry circuitBreakers, CircuitBreakerConfig providerBreakerConfig) {
        return logged(circuitBreakers.circuitBreaker("settlements", providerBreakerConfig), "so captures, releases and refunds wait, and orders ship later",
                "captures, releases and refunds");
    }

    /** The breaker of look-ups. */
    @Bean
    CircuitBreaker accountBreaker(CircuitBreakerRegistry circuitBreakers, CircuitBreakerConfig providerBreakerConfig) {
        return logged(circuitBreakers.circuitBreaker("accounts", providerBreakerConfig), "so cancellations continue without asking whether it would refund",
                "look-ups");
    }

    private static CircuitBreaker logged(CircuitBreaker breaker, String consequence, String answered) {
        BreakerLog.of(breaker, LOG, "the payment provider does not answer as it should, " + consequence + "; look at the provider, and at the way to it",
                "the payment provider answers " + answered);
        return breaker;
    }

    @Bean
    Check providerCheck(CircuitBreaker authorisationBreaker, CircuitBreaker settlementBreaker) {
        return Check.note("payment-provider", () -> Map.of("authorisations", authorisationBreaker.getState(),
                "settlements", settlementBreaker.getState()));
    }

    @Bean
    OwnedTable ownedPayments() {
        return new OwnedTable("payment", "order_id", true, PaymentStatus.UNDER_WAY);
    }

    /** A refund that was settled by hand stays, because the provider's ledger differs from it. */
    @Bean
    ArchivedTable archivedPayments() {
        return new ArchivedTable("payment", "order_id", true, "changed_at",
                "not " + Statuses.in(PaymentStatus.UNDER_WAY) + " and (reason is null or reason not like 'settled by hand%')",
                "its payment is not settled, or was settled by hand");
    }

    @Bean
    ArchivedPayments archivedMoney(JdbcTemplate jdbc) {
        return new ArchivedPayments(jdbc);
    }

    @Bean
    MeterBinder paymentMetrics(PaymentList payments, GaugeQueries queries) {
        return metrics -> {
            for (PaymentStatus status : EnumSet.of(PaymentStatus.Authorising, PaymentStatus.Capturing, PaymentStatus.Releasing,
                    PaymentStatus.Refunding, PaymentStatus.RefundFailed)) {
                Gauge.builder("phone82.payments", payments, queries.unlessUnavailable(each -> each.count(status))).tag("status", status.name())
                        .description("payments that wait for the provider, or for an operator").register(metrics);
            }
            TimeGauge.builder("phone82.payments.oldest.intent", payments, TimeUnit.SECONDS, queries.unlessUnavailable(PaymentList::oldestIntentSeconds))
                    .description("how long the oldest open intent has been open").register(metrics);
        };
    }

    @Bean
    MeterBinder stuckMetric(JdbcTemplate jdbc, GaugeQueries queries, @Value("${phone82.reconcile.moving}") Duration moving) {
        return metrics -> Gauge.builder("phone82.orders.stuck", jdbc, queries.unlessUnavailable(database -> database.queryForObject("select count(*) from payment "
                        + "where confirmed = true and status in ('Authorising', 'Capturing', 'Releasing', 'Refunding') and changed_at < ?",
                        Long.class, Timestamp.from(Instant.now().minus(moving)))))
                .description("unfinished payments of accepted orders without progress").register(metrics);
    }

    /** Rehearses an authorisation and its capture without the provider, and rolls them back. */
    @Bean
    Rehearsal rehearsedPayment(EntityManagerFactory database, Outbox outbox, TransactionTemplate transactions) {
        EntityManager entities = SharedEntityManagerCreator.createSharedEntityManager(database);
        return () -> transactions.executeWithoutResult(transaction -> {
            transaction.setRollbackOnly();
            entities.find(Payment.class, -1L);
            Payment payment = Payment.authorising(-1, null, "rehearsal", 1, 1, "rehearsal", Instant.now());
            entities.persist(payment);
            entities.flush();
            payment.authorised(Instant.now(), Duration.ZERO);
            payment.confirm(Instant.now(), Correlation.current());
            outbox.add(payment.completed(Instant.now()));
            entities.flush();
        });
    }

    /** Rehearses a call: looks up an order that the provider does not know. */
    @Bean
    Rehearsal rehearsedCall(PaymentProvider provider) {
        return () -> provider.account(Long.MAX_VALUE);
    }

    /** Rehearses a request, which is refused because the caller is not app. App's own rehearsal covers the rest. */
    @Bean
    Rehearsal rehearsedRequest(@Value("${phone82.local-scheme}://${phone82.local-host}:${phone82.pay.port}") String url, TokenMinter minter) {
        return WarmUp.refusedPost(url + "/payments", () -> "Bearer " + minter.token("pay"));
    }

    @Bean
    Payments payments(Outbox outbox, Participation participation, TransactionTemplate transactions,
                      ObjectProvider<ProducerTemplate> camel, Lease lease,
                      @Value("${phone82.pay.authorisation-validity}") Duration authorisationValidity,
                      @Value("${phone82.pay.longest-retry}") Duration longestRetry,
                      @Value("${phone82.store.dispatch}") boolean dispatch, Disk disk, Tombstones tombstones) {
        SingletonSupplier<ProducerTemplate> template = SingletonSupplier.of(camel::getObject);
        return new Payments(outbox, participation, transactions,
                (request, traceparent) -> template.obtain().sendBodyAndHeader(SETTLE, request, Correlation.TRACEPARENT, traceparent),
                () -> !dispatch || disk.isRestored(), lease.time(), authorisationValidity, longestRetry, tombstones);
    }

    @Bean
    PaymentList paymentList() {
        return new PaymentList();
    }

    @Bean
    RejectedPayments rejectedPayments(JdbcTemplate jdbc, MeterRegistry metrics, @Value("${phone82.pay.rejected.keep}") Duration keep) {
        return new RejectedPayments(new OldRows(jdbc, metrics, "payment", "changed_at", "status",
                List.of(PaymentStatus.Rejected.name(), PaymentStatus.Declined.name())), keep);
    }
}
