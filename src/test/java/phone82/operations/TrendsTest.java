package phone82.operations;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import phone82.ManualClock;
import phone82.operations.Trends.Series;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/** The samples of one process. */
class TrendsTest {

    private final MeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-29T00:00:00Z"));
    private final Trends trends = new Trends(metrics, null, clock);

    @Test
    void countsAreThoseSinceTheSampleBefore() {
        order("201", 100);
        sample();
        assertThat(values("app", "requests")).as("what was before the first sample is not of this hour").containsOnlyNulls();
        order("201", 3);
        order("503", 1);
        sample();
        sample();

        assertThat(last("app", "order 201", 3)).containsExactly(null, 3.0, 0.0);
        assertThat(last("app", "order 503", 3)).containsExactly(null, 1.0, 0.0);
        assertThat(last("app", "requests", 3)).containsExactly(null, 4.0, 0.0);
        assertThat(last("app", "errors", 3)).containsExactly(null, 1.0, 0.0);
        assertThat(last("app", "seconds", 3)).containsExactly(null, 0.4, 0.0);
    }

    /** The page counts orders up to now. */
    @Test
    void whatIsCountedSinceTheLatestSampleIsShown() {
        order("201", 100);
        assertThat(trends.own().series()).as("before the first sample").isEmpty();
        sample();
        order("201", 3);
        order("503", 1);
        assertThat(since("order 201")).isEqualTo(3);
        assertThat(since("order 503")).isEqualTo(1);
        sample();

        assertThat(since("order 201")).isZero();
        assertThat(last("app", "order 503", 1)).containsExactly(1.0);
    }

    @Test
    void gaugesAreSampled() {
        AtomicInteger waiting = new AtomicInteger(7);
        AtomicInteger open = new AtomicInteger();
        Gauge.builder("phone82.queue.messages", waiting, AtomicInteger::get).tags("context", "broker", "queue", "store").register(metrics);
        Gauge.builder("resilience4j.circuitbreaker.state", open, AtomicInteger::get).tags("context", "app", "name", "pay", "state", "open").register(metrics);
        sample();
        waiting.set(0);
        open.set(1);
        sample();

        assertThat(last("store", "waiting", 3)).containsExactly(null, 7.0, 0.0);
        assertThat(last("app", "breaker", 3)).containsExactly(null, 0.0, 2.0);
    }

    @Test
    void aPeriodWithoutSampleIsUnknown() {
        order("201", 1);
        sample();
        sample();
        clock.pass(Trends.EVERY);
        order("201", 5);
        sample();
        order("201", 2);
        sample();

        assertThat(last("app", "requests", 4)).as("five in an unknown time are no rate").containsExactly(0.0, null, null, 2.0);
    }

    @Test
    void oneHourIsKept() {
        order("201", 1);
        for (int i = 0; i < 3 * Trends.SAMPLES; i++) {
            sample();
        }
        assertThat(values("app", "requests")).hasSize(Trends.SAMPLES).containsOnly(0.0);

        clock.pass(Duration.ofDays(1));
        sample();
        assertThat(values("app", "requests")).hasSize(Trends.SAMPLES).containsOnlyNulls();
    }

    @Test
    void checksAndStreamsAreNoTraffic() {
        sample();
        for (String uri : List.of("/pulse", "customer-stream-history", "/history/stream")) {
            metrics.timer("http.server.requests", Tags.of("context", "customer", "method", "GET", "uri", uri, "status", "200")).record(Duration.ofMinutes(5));
        }
        metrics.timer("http.server.requests", Tags.of("context", "operations", "method", "GET", "uri", "/processes", "status", "200")).record(Duration.ofMillis(5));
        sample();

        assertThat(trends.own().series()).isEmpty();
    }

    private double since(String name) {
        return trends.own().series().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow().since();
    }

    private void order(String status, int times) {
        for (int i = 0; i < times; i++) {
            metrics.timer("http.server.requests", Tags.of("context", "app", "method", "POST", "uri", "app-place-order", "status", status)).record(Duration.ofMillis(100));
        }
    }

    private void sample() {
        clock.pass(Trends.EVERY);
        trends.sample();
        trends.sample();
    }

    private List<Double> last(String context, String name, int count) {
        List<Double> values = values(context, name);
        return values.subList(values.size() - count, values.size());
    }

    private List<Double> values(String context, String name) {
        return trends.own().series().stream().filter(each -> each.context().equals(context) && each.name().equals(name)).map(Series::values).findFirst().orElse(null);
    }
}
