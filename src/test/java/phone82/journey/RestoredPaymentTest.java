package phone82.journey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.pay.Payments;

import java.sql.Timestamp;
import java.time.Instant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Pay's database is restored from a copy that was made before an order was confirmed, which is paid and shipped by now. */
class RestoredPaymentTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s", "--phone82.pay.longest-retry=200ms",
            "--phone82.pay.poll=200ms");

    private final Shop shop = PHONE82.gateway();

    @Test
    void theProviderKeepsTheMoneyAndAReplayCompletesThePayment() {
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitShipped(id);
        JdbcTemplate pay = PHONE82.bean(Context.PAY, JdbcTemplate.class);
        pay.update("update payment set status = 'Authorised', confirmed = false, traceparent = null, completed_at = null, due_at = ? where order_id = ?",
                Timestamp.from(Instant.now()), id);

        await().until(() -> pay.queryForObject("select attempts from payment where order_id = ?", Integer.class, id) > 1);
        assertThat(PHONE82.provider().held(id)).isEqualTo(1_199_000);
        PHONE82.bean(Context.PAY, Payments.class).confirm(new Payments.Ordered(id));

        await().untilAsserted(() -> assertThat(shop.status("/payments/" + id)).isEqualTo("Completed"));
        assertThat(PHONE82.provider().held(id)).isEqualTo(1_199_000);
    }
}
