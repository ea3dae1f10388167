package phone82.journey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** A provider that is slower than the orders: they wait longer than the lease of an intent. */
class SettleBacklogTest {

    private static final int ORDERS = 20;
    private static final Pattern REQUESTS = Pattern.compile("http_server_requests_seconds_count\\{.*uri=\"provider-perform-operation\".*} (\\S+)");

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h", "--phone82.pay.provider-calls=1",
            "--phone82.pay.poll=200ms");

    private final Shop shop = PHONE82.gateway();

    @Test
    void eachCaptureIsRequestedOnce() {
        PHONE82.provider().setFaults("{\"operation\":\"capture\",\"kind\":\"delay\",\"millis\":600}");

        List<Long> orders = IntStream.range(0, ORDERS).mapToObj(i -> shop.place(anOrder()).expect(201).id()).toList();
        orders.forEach(this::awaitCompleted);
        // its capture comes after every other request in the queue
        awaitCompleted(shop.place(anOrder()).expect(201).id());

        // an authorisation and a capture each
        assertThat(requests()).isEqualTo(2 * (ORDERS + 1));
    }

    private void awaitCompleted(long id) {
        await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(shop.status("/payments/" + id)).isEqualTo("Completed"));
    }

    private static double requests() {
        Matcher line = REQUESTS.matcher(PHONE82.operations().metrics());
        double sum = 0;
        while (line.find()) {
            sum += Double.parseDouble(line.group(1));
        }
        return sum;
    }
}
