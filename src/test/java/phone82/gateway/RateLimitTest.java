package phone82.gateway;

import io.github.bucket4j.TimeMeter;
import io.netty.util.NetUtil;
import io.vertx.core.MultiMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import phone82.platform.Problem;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class RateLimitTest {

    private static final MultiMap NO_HEADERS = MultiMap.caseInsensitiveMultiMap();
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
    void aClientMayAskSoManyTimesASecond() {
        RateLimit limit = new RateLimit(10, List.of(), time);

        assertThat(admitted(limit, CLIENT, 15)).isEqualTo(10);
        now.addAndGet(Duration.ofMillis(300).toNanos());
        assertThat(admitted(limit, CLIENT, 15)).isEqualTo(3);
        now.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(admitted(limit, CLIENT, 15)).as("what is not used is not saved up").isEqualTo(10);
    }

    @Test
    void whoIsRefusedIsToldWhenToTryAgain() {
        RateLimit limit = new RateLimit(1, List.of(), time);
        limit.admit(CLIENT, NO_HEADERS);

        Problem refused = catchThrowableOfType(Problem.class, () -> limit.admit(CLIENT, NO_HEADERS));
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.headers()).containsEntry("Retry-After", 1);
    }

    @Test
    void oneClientDoesNotUseUpWhatIsAnothers() {
        RateLimit limit = new RateLimit(10, List.of(), time);
        admitted(limit, CLIENT, 15);

        assertThat(admitted(limit, address("203.0.113.8"), 15)).isEqualTo(10);
    }

    @Test
    void millionsOfClientsDoNotFillTheMemory() {
        RateLimit limit = new RateLimit(10, List.of(), time);
        byte[] address = {10, 0, 0, 0};
        for (int i = 0; i < 1_000_000; i++) {
            address[1] = (byte) (i >> 16);
            address[2] = (byte) (i >> 8);
            address[3] = (byte) i;
            limit.admit(address(NetUtil.bytesToIpAddress(address)), NO_HEADERS);
        }

        assertThat(limit.clients()).isLessThanOrEqualTo(100_000);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            203.0.113.7,  -,                                  203.0.113.7
            203.0.113.7,  198.51.100.1,                       203.0.113.7
            10.1.2.3,     -,                                  10.1.2.3
            10.1.2.3,     198.51.100.1,                       198.51.100.1
            10.1.2.3,     '198.51.100.1, 198.51.100.2',       198.51.100.2
            10.1.2.3,     '198.51.100.1, 192.168.0.1',        198.51.100.1
            10.1.2.3,     '10.9.9.9, 192.168.0.1',            10.9.9.9
            10.1.2.3,     '198.51.100.1, unknown',            10.1.2.3
            10.1.2.3,     '198.51.100.1,,',                   10.1.2.3
            10.1.2.3,     example.org,                        10.1.2.3
            192.168.0.2,  198.51.100.1,                       192.168.0.2
            10.1.2.3,     '2001:db8:1:2:3:4:5:6',             '2001:db8:1:2::'
            '2001:db8:1:2:3:4:5:6', -,                        '2001:db8:1:2::'
            'fd00::1',    198.51.100.1,                       198.51.100.1
            """)
    void theClientIsTheNearestHopThatIsNoTrustedProxy(String remote, String forwarded, String client) {
        RateLimit limit = new RateLimit(10, List.of("10.0.0.0/8", "192.168.0.1", "fd00::/8"), time);
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        if (forwarded != null) {
            headers.set("X-Forwarded-For", forwarded);
        }

        assertThat(limit.client(address(remote), headers)).isEqualTo(address(client));
    }

    @Test
    void severalHeadersAreOneList() {
        RateLimit limit = new RateLimit(10, List.of("10.0.0.0/8"), time);
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        headers.add("X-Forwarded-For", "198.51.100.1").add("X-Forwarded-For", "198.51.100.2, 10.0.0.1");

        assertThat(limit.client(address("10.1.2.3"), headers)).isEqualTo(address("198.51.100.2"));
    }

    private static int admitted(RateLimit limit, InetAddress client, int requests) {
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            try {
                limit.admit(client, NO_HEADERS);
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
