package phone82.customer;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.Context;
import phone82.journey.Phone82Extension;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.event.EventLog.Logged;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A rebuild that begins while another one switches the view. */
@Tag("databases")
class RebuildRunTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.CUSTOMER));

    @Test
    void endsTheOtherOneBetweenTwoOrders() {
        JdbcTemplate jdbc = PHONE82.bean(Context.CUSTOMER, JdbcTemplate.class);
        TransactionOperations transactions = new TransactionTemplate(PHONE82.bean(Context.CUSTOMER, PlatformTransactionManager.class));
        Rebuild later = PHONE82.bean(Context.CUSTOMER, Rebuild.class);
        Rebuild earlier = new Rebuild(PHONE82.bean(Context.CUSTOMER, History.class), jdbc, new TransactionOperations() {
            @Override
            public <T> T execute(TransactionCallback<T> order) {
                T result = transactions.execute(order);
                later.begin(new Rebuild.Begin("later"));
                return result;
            }
        }, (subject, body) -> body);
        later.begin(new Rebuild.Begin("earlier"));
        later.feed(new Rebuild.Feed("earlier", "app", LongStream.of(1, 2).mapToObj(RebuildRunTest::ordered).toList()));

        assertThatThrownBy(() -> earlier.switchOver(new Rebuild.Switch("earlier", null)))
                .isInstanceOfSatisfying(Problem.class, refused -> assertThat(refused.status()).isEqualTo(409));

        assertThat(jdbc.queryForList("select order_id from history", Long.class)).as("the newest order first").isEqualTo(List.of(2L));
    }

    private static Logged ordered(long order) {
        return new Logged(order, "event-" + order, "phone82.app.Ordered", String.valueOf(order), Instant.now(), "00-" + "a".repeat(32) + "-" + "b".repeat(16) + "-01",
                Json.MAPPER.createObjectNode().put("orderId", order).put("item", "note20").put("qty", 1).put("amount", 1199000));
    }
}
