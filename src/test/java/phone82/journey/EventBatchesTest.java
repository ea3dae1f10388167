package phone82.journey;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.jms.JMSException;
import org.apache.camel.CamelContext;
import org.apache.camel.api.management.ManagedCamelContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;

import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Batches of events: events that arrive together share few transactions, and a failing one does not affect the others. */
@Tag("databases")
class EventBatchesTest {

    private static final int EVENTS = 400;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.CUSTOMER),
            "--phone82.events.attempts=2", "--spring.datasource.hikari.connection-timeout=500");

    private final Shop view = PHONE82.shop(Context.CUSTOMER);

    @Test
    void eventsThatArriveTogetherShareTransactions() throws JMSException {
        List<Long> orders = LongStream.rangeClosed(1, EVENTS).boxed().toList();
        long before = transactions();

        PHONE82.topics().sendTogether("app.Ordered", orders, 0);

        await().pollInterval(Duration.ofSeconds(1)).until(() -> view.all("/history").size() >= EVENTS);
        assertThat(transactions() - before).as("transactions, those of the reading among them").isLessThan(EVENTS / 4);
    }

    @Test
    void anUnprocessableEventDoesNotFailItsBatch() throws JMSException {
        List<Long> orders = LongStream.rangeClosed(1001, 1000 + EVENTS).boxed().toList();

        PHONE82.topics().sendTogether("app.Ordered", orders, 1200);

        await().untilAsserted(() -> assertThat(orders).allSatisfy(order ->
                view.get("/history/" + order).expect(order == 1200 ? 404 : 200)));
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(view.all("/dead-letters")).singleElement()
                .satisfies(letter -> assertThat(letter.get("orderId").asText()).isEqualTo("1200")));
        assertThat(orders).filteredOn(order -> order != 1200).allSatisfy(order -> assertThat(view.timeline(order)).containsExactly("Ordered"));
    }

    @Test
    void noEventIsConsumedUntilTheDatabaseAnswers() throws Exception {
        List<Long> orders = LongStream.rangeClosed(10_001, 10_000 + EVENTS).boxed().toList();
        HikariDataSource database = PHONE82.bean(Context.CUSTOMER, HikariDataSource.class);
        double refused = connectionTimeouts();
        long failed = failedEvents();
        List<Connection> taken = new ArrayList<>();
        try {
            while (taken.size() < database.getMaximumPoolSize()) {
                taken.add(database.getConnection());
            }
            PHONE82.topics().sendTogether("app.Ordered", orders, 0);
            await().atMost(Duration.ofSeconds(30)).until(() -> connectionTimeouts() >= refused + 6);
        } finally {
            for (Connection connection : taken) {
                connection.close();
            }
        }

        await().untilAsserted(() -> assertThat(orders).allSatisfy(order -> view.get("/history/" + order).expect(200)));
        assertThat(failedEvents()).as("events that have used up an attempt in the route").isEqualTo(failed);
    }

    private static long failedEvents() {
        return PHONE82.bean(Context.CUSTOMER, CamelContext.class).getCamelContextExtension().getContextPlugin(ManagedCamelContext.class)
                .getManagedRoute("customer-receive-events").getExchangesFailed();
    }

    private static double connectionTimeouts() {
        return PHONE82.bean(Context.CUSTOMER, MeterRegistry.class).get("hikaricp.connections.timeout").counter().count();
    }

    private static long transactions() {
        return PHONE82.bean(Context.CUSTOMER, MeterRegistry.class).get("hikaricp.connections.acquire").timer().count();
    }
}
