package phone82.platform.http;

import org.junit.jupiter.api.Test;

import java.util.Collections;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;

class RetryTimesTest {

    private static final int PER_SECOND = 20;

    private final RetryTimes times = new RetryTimes(PER_SECOND);

    @Test
    void aFewClientsReturnAsSoonAsARetryCanSucceed() {
        assertThat(times.next(2)).isEqualTo(2);
        assertThat(times.next(30)).isEqualTo(30);
        assertThat(times.next(2)).isEqualTo(2);
    }

    @Test
    void aCrowdReturnsAFewPerSecond() {
        Map<Long, Long> returning = clients(600);

        assertThat(Collections.min(returning.keySet())).isEqualTo(2);
        assertThat(Collections.max(returning.keySet())).isBetween(30L, 31L);
        // a second may begin meanwhile
        assertThat(returning.values()).allMatch(clients -> clients <= 2 * PER_SECOND);
    }

    @Test
    void nobodyWaitsForLongerThanAMinute() {
        Map<Long, Long> returning = clients(6000);

        assertThat(Collections.max(returning.keySet())).isLessThanOrEqualTo(60);
        // 6,000 clients in 59 s: 102 in each on average
        assertThat(returning.values()).allMatch(clients -> clients < 8 * PER_SECOND);
    }

    @Test
    void aLongerTimeIsNotShortened() {
        assertThat(times.next(90)).isEqualTo(90);
        assertThat(times.next(2)).isEqualTo(2);
    }

    private Map<Long, Long> clients(int number) {
        return LongStream.range(0, number).mapToObj(client -> times.next(2)).collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }
}
