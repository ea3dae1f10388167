package phone82.gateway;

import io.github.bucket4j.TimeMeter;
import io.netty.util.NetUtil;
import org.junit.jupiter.api.Test;
import phone82.platform.api.Problem;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class RateLimitTest {

    private static final InetAddress CLIENT = address("203.0.113.7");

    private final AtomicLong now = new AtomicLong();
    private final TimeMeter time = new TimeMeter() {
        @Override
        public long currentTimeNanos() {
            return now.get();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    };

    @Test
    void aClientMaySendTheConfiguredRate() {
        RateLimit limit = new RateLimit(10, time);

        assertThat(admitted(limit, CLIENT, 15)).isEqualTo(10);
        now.addAndGet(Duration.ofMillis(300).toNanos());
        assertThat(admitted(limit, CLIENT, 15)).isEqualTo(3);
        now.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(admitted(limit, CLIENT, 15)).as("unused requests do not accumulate").isEqualTo(10);
    }

    @Test
    void aRefusalSaysWhenToRetry() {
        RateLimit limit = new RateLimit(1, time);
        limit.admit(CLIENT);

        Problem refused = catchThrowableOfType(Problem.class, () -> limit.admit(CLIENT));
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.headers()).containsEntry("Retry-After", 1L);
    }

    /** A guest's order is stored for years, and a subscriber of IPv6 has as many addresses as he likes. */
    @Test
    void guestsOfASiteOrderAFewTimesAnHour() {
        RateLimit limit = RateLimit.ofGuestOrders(60, time);
        int admitted = 0;
        for (int network = 0; network < 100; network++) {
            admitted += admitted(limit, address("2001:db8:1:" + Integer.toHexString(network) + "::"), 1);
        }
        assertThat(admitted).isEqualTo(60);
        assertThat(admitted(limit, address("2001:db8:2::"), 1)).isEqualTo(1);

        Problem refused = catchThrowableOfType(Problem.class, () -> limit.admit(address("2001:db8:1:ffff::")));
        assertThat(refused.headers()).containsEntry("Retry-After", 60L);
        assertThat(refused.detail()).contains("60 orders at once", "Log in");
        now.addAndGet(Duration.ofMinutes(30).toNanos());
        assertThat(admitted(limit, address("2001:db8:1::"), 100)).isEqualTo(30);
    }

    @Test
    void eachClientHasItsOwnRate() {
        RateLimit limit = new RateLimit(10, time);
        admitted(limit, CLIENT, 15);

        assertThat(admitted(limit, address("203.0.113.8"), 15)).isEqualTo(10);
    }

    @Test
    void manyClientsDoNotFillTheMemory() {
        RateLimit limit = new RateLimit(10, time);
        byte[] address = {10, 0, 0, 0};
        for (int i = 0; i < 250_000; i++) {
            address[1] = (byte) (i >> 16);
            address[2] = (byte) (i >> 8);
            address[3] = (byte) i;
            limit.admit(address(NetUtil.bytesToIpAddress(address)));
        }

        assertThat(limit.clients()).isLessThanOrEqualTo(100_000);
    }

    private static int admitted(RateLimit limit, InetAddress client, int requests) {
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            try {
                limit.admit(client);
                admitted++;
            } catch (Problem refused) {
                assertThat(refused.status()).isEqualTo(429);
            }
        }
        return admitted;
    }

    private static InetAddress address(String text) {
        return NetUtil.createInetAddressFromIpAddressString(text);
    }
}
