package phone82.platform.observability;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;

import java.time.Duration;
import java.util.Map;
import java.util.stream.DoubleStream;

/** Histogram buckets for timers whose distribution matters, with limits around the promised times. */
class HistogramBuckets implements MeterFilter {

    private static final Map<String, double[]> LIMITS = Map.of(
            "http.server.requests", seconds(0.01, 0.025, 0.05, 0.1, 0.25, 0.61, 1, 2.5, 5),
            "resilience4j.circuitbreaker.calls", seconds(0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.45, 0.61),
            "phone82.order.to.shipped", seconds(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 11, 15, 30, 60, 300, 900, 3600),
            "phone82.shipment.delay", seconds(1, 5, 15, 30, 60, 300, 900, 3600));

    @Override
    public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
        double[] limits = LIMITS.get(id.getName());
        return limits == null ? config
                : DistributionStatisticConfig.builder().serviceLevelObjectives(limits).build().merge(config);
    }

    private static double[] seconds(double... limits) {
        return DoubleStream.of(limits).map(limit -> limit * Duration.ofSeconds(1).toNanos()).toArray();
    }
}
