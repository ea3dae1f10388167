package phone82.app;

import org.junit.jupiter.api.Test;
import phone82.ManualClock;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Tests of order ids with random seeds; a failure prints the seed of its run. */
class OrderIdsTest {

    private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
    private static final long SAFE_IN_JAVASCRIPT = 1L << 53;
    /** The largest id that the sequence of earlier versions can have issued. */
    private static final long EARLIER = 1_000_000_000_000L;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final ManualClock clock = new ManualClock(NOON);

    private List<Long> take(OrderIds ids, int count) {
        return LongStream.generate(ids::next).limit(count).boxed().toList();
    }

    private static int instance(long id) {
        return (int) (id & 4095);
    }

    @Test
    void anIdContainsTheTimeOfTheOrder() {
        OrderIds ids = new OrderIds(clock, random);
        for (int i = 0; i < 10_000; i++) {
            clock.pass(Duration.ofMillis(random.nextInt(10_000_000)));
            long id = ids.next();
            assertThat(OrderIds.time(id)).as("seed %d", seed).isEqualTo(clock.instant());
            assertThat(id).as("seed %d", seed).isBetween(EARLIER, SAFE_IN_JAVASCRIPT - 1);
        }
    }

    @Test
    void idsOfOneInstanceIncrease() {
        OrderIds ids = new OrderIds(clock, random);
        List<Long> given = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            given.add(ids.next());
            // several orders in one millisecond, or a small correction of the clock
            clock.pass(Duration.ofMillis(random.nextInt(5) - 1));
        }

        assertThat(given).as("seed %d", seed).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void eightInstancesNeverIssueTheSameId() {
        Set<Integer> drawn = new HashSet<>();
        List<OrderIds> instances = new ArrayList<>();
        while (instances.size() < 8) {
            OrderIds ids = new OrderIds(clock, random);
            if (drawn.add(instance(ids.next()))) {
                instances.add(ids);
            }
        }
        Set<Long> given = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            clock.pass(Duration.ofMillis(random.nextInt(20)));
            for (OrderIds ids : instances) {
                assertThat(given.add(ids.next())).as("seed %d", seed).isTrue();
            }
        }
    }

    @Test
    void concurrentOrdersGetDifferentIds() throws Exception {
        OrderIds ids = new OrderIds(clock, random);
        ExecutorService customers = Executors.newFixedThreadPool(8);
        try {
            List<Future<List<Long>>> given = IntStream.range(0, 8).mapToObj(i -> customers.submit(() -> take(ids, 5_000))).toList();
            Set<Long> all = new HashSet<>();
            for (Future<List<Long>> each : given) {
                all.addAll(each.get());
            }
            assertThat(all).as("seed %d", seed).hasSize(40_000);
        } finally {
            customers.shutdownNow();
        }
    }

    @Test
    void aClockThatIsSetBackRepeatsNoId() {
        OrderIds ids = new OrderIds(clock, random);
        Set<Long> given = new HashSet<>();
        for (int hour = 0; hour < 100; hour++) {
            for (int i = 0; i < 500; i++) {
                clock.pass(Duration.ofMillis(1 + random.nextInt(5)));
                assertThat(given.add(ids.next())).as("seed %d, hour %d", seed, hour).isTrue();
            }
            clock.set(NOON.minus(Duration.ofMillis(random.nextInt(3_600_000))));
            assertThat(OrderIds.time(ids.next())).as("seed %d", seed).isBetween(clock.instant(), clock.instant().plusSeconds(1));
        }
    }

    @Test
    void thousandsOfOrdersDoNotRunAheadOfTheClock() {
        OrderIds ids = new OrderIds(clock, random);
        Set<Long> given = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            long id = ids.next();
            assertThat(given.add(id)).as("seed %d", seed).isTrue();
            assertThat(OrderIds.time(id)).as("seed %d", seed).isBetween(clock.instant(), clock.instant().plusSeconds(1));
        }
    }

    @Test
    void aRestartWithAnotherInstanceNumberRepeatsNoIdAtTheSameTimes() {
        List<Long> before = take(new OrderIds(clock, random), 900);
        OrderIds restarted = new OrderIds(clock, random);
        while (instance(restarted.next()) == instance(before.get(0))) {
            restarted = new OrderIds(clock, random);
        }

        assertThat(take(restarted, 900)).as("seed %d", seed).doesNotContainAnyElementsOf(before);
    }

    @Test
    void twoInstancesWithTheSameNumberDivergeAfterTheFirstCollision() {
        OrderIds one = new OrderIds(clock, new Random(seed));
        OrderIds other = new OrderIds(clock, new Random(seed) {
            private int draws;

            @Override
            public int nextInt(int bound) {
                // the same instance number, another stride
                return draws++ == 0 ? super.nextInt(bound) : (super.nextInt(bound) + 2) % bound;
            }
        });
        long taken = one.next();
        assertThat(other.next()).as("seed %d", seed).isEqualTo(taken);

        long instead = other.insteadOf(taken);
        assertThat(instance(instead)).isNotEqualTo(instance(taken));
        clock.pass(Duration.ofMillis(10));
        assertThat(take(other, 900)).doesNotContainAnyElementsOf(take(one, 900));
        assertThat(instance(other.insteadOf(taken))).as("a collision from before its change has no effect").isEqualTo(instance(instead));
    }

    @Test
    void aClockOutsideTheRangeIsRejectedOrYieldsTheSmallestIds() {
        clock.set(Instant.EPOCH);
        assertThat(new OrderIds(clock, random).next()).isBetween(1L << 12, (1L << 13) - 1);

        clock.set(Instant.parse("2095-09-08T00:00:00Z"));
        assertThatIllegalStateException().isThrownBy(new OrderIds(clock, random)::next).withMessageContaining("2095").withMessageContaining("clock");
    }
}
