package phone82.operations;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import phone82.platform.http.Endpoint;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The last hour of all processes, for the operator's page. Each process keeps its own, as samples of its meters at the same times: what was counted
 * since the sample before, or the value of a gauge. Requests and orders pay nothing for it.
 */
class Trends implements Endpoint {

    private static final String ALL = "/trends";
    static final String OWN = ALL + "/own";
    static final Duration EVERY = Duration.ofSeconds(15);
    /** Shorter than the period, so that a late timer skips no sample. */
    private static final Duration TICK = EVERY.dividedBy(3);
    static final int SAMPLES = (int) (Duration.ofHours(1).toMillis() / EVERY.toMillis());

    /** Liveness checks are no traffic, and streams would have the duration of a visit. */
    private static final Pattern UNCOUNTED = Pattern.compile(".*(?:pulse|stream).*");
    private static final Map<String, Double> BREAKERS = Map.of("half_open", 1.0, "open", 2.0, "forced_open", 2.0);

    private final MeterRegistry metrics;
    private final Peers peers;
    private final Clock clock;
    private final Map<Name, Double> counted = new HashMap<>();
    private final Map<Name, double[]> samples = new HashMap<>();
    /** The number of the latest sample since 1970. */
    private volatile long last;

    Trends(MeterRegistry metrics, Peers peers, Clock clock) {
        this.metrics = metrics;
        this.peers = peers;
        this.clock = clock;
    }

    private record Name(String context, String name) {
    }

    /**
     * The samples of a meter.
     *
     * @param values the oldest first; null where there is no sample
     * @param since  what was counted since the latest sample; 0 for a gauge
     */
    record Series(String context, String name, List<Double> values, double since) {
    }

    /**
     * The series of a process.
     *
     * @param last the number of the latest sample since 1970, which is the last value of each series
     */
    record Trend(long last, List<Series> series) {

        static final Trend NONE = new Trend(0, List.of());
    }

    private record Report(long seconds, int samples, List<Trend> processes) {
    }

    @Override
    public void mount(Vertx vertx, Router router) {
        vertx.setPeriodic(1, TICK.toMillis(), timer -> vertx.executeBlocking(() -> {
            sample();
            return null;
        }));
        router.get(OWN).blockingHandler(request -> OperatorApi.send(request, own()), false);
        router.get(ALL).blockingHandler(request -> OperatorApi.sendWhenDone(request, peers.trends().thenApply(others ->
                new Report(EVERY.toSeconds(), SAMPLES, Stream.concat(Stream.of(own()), others.stream()).toList()))), false);
    }

    /** Reads the meters, once in each period. */
    void sample() {
        long now = clock.millis() / EVERY.toMillis();
        if (now <= last) {
            return;
        }
        Map<Name, Double> values = new HashMap<>();
        meters((context, meter) -> read(context, meter, values));
        record(now, counts(), values);
    }

    private Map<Name, Double> counts() {
        Map<Name, Double> counts = new HashMap<>();
        meters((context, meter) -> count(context, meter, counts));
        return counts;
    }

    private void meters(BiConsumer<String, Meter> reader) {
        for (Meter meter : metrics.getMeters()) {
            String context = meter.getId().getTag("context");
            if (context != null && !context.equals("operations")) {
                reader.accept(context, meter);
            }
        }
    }

    private static void count(String context, Meter meter, Map<Name, Double> counts) {
        if (!(meter instanceof Timer timer)) {
            return;
        }
        if (meter.getId().getName().equals("phone82.order.to.shipped")) {
            counts.merge(new Name(context, "shipped"), (double) timer.count(), Double::sum);
        } else if (meter.getId().getName().equals("http.server.requests") && !UNCOUNTED.matcher(meter.getId().getTag("uri")).matches()) {
            String status = meter.getId().getTag("status");
            counts.merge(new Name(context, "requests"), (double) timer.count(), Double::sum);
            counts.merge(new Name(context, "seconds"), timer.totalTime(TimeUnit.SECONDS), Double::sum);
            counts.merge(new Name(context, "errors"), status.startsWith("5") ? (double) timer.count() : 0, Double::sum);
            if (meter.getId().getTag("uri").equals(context.equals("app") ? "app-place-order" : "/orders") && meter.getId().getTag("method").equals("POST")) {
                counts.merge(new Name(context, "order " + status), (double) timer.count(), Double::sum);
            }
        }
    }

    private static void read(String context, Meter meter, Map<Name, Double> values) {
        if (!(meter instanceof Gauge gauge)) {
            return;
        }
        switch (meter.getId().getName()) {
            case "phone82.outbox.oldest" -> values.merge(new Name(context, "oldest"), gauge.value(), Double::max);
            case "phone82.queue.messages" -> values.merge(new Name(meter.getId().getTag("queue"), "waiting"), gauge.value(), Double::sum);
            case "resilience4j.circuitbreaker.state" -> values.merge(new Name(context, "breaker"),
                    gauge.value() == 1 ? BREAKERS.getOrDefault(meter.getId().getTag("state"), 0.0) : 0.0, Double::max);
            default -> { }
        }
    }

    private synchronized void record(long now, Map<Name, Double> counts, Map<Name, Double> values) {
        for (long missed = Math.max(last + 1, now - SAMPLES + 1); missed <= now; missed++) {
            int index = index(missed);
            samples.values().forEach(each -> each[index] = Double.NaN);
        }
        boolean consecutive = now == last + 1;
        last = now;
        values.forEach(this::put);
        counts.forEach((name, count) -> {
            if (consecutive) {
                put(name, count - counted.getOrDefault(name, 0.0));
            }
            counted.put(name, count);
        });
    }

    private void put(Name name, double value) {
        samples.computeIfAbsent(name, created -> {
            double[] none = new double[SAMPLES];
            Arrays.fill(none, Double.NaN);
            return none;
        })[index(last)] = value;
    }

    private static int index(long sample) {
        return (int) (sample % SAMPLES);
    }

    synchronized Trend own() {
        if (last == 0) {
            return Trend.NONE;
        }
        Map<Name, Double> counts = counts();
        return new Trend(last, Stream.concat(samples.keySet().stream(), counts.keySet().stream()).distinct().map(name -> new Series(name.context, name.name, values(name),
                rounded(counts.containsKey(name) ? counts.get(name) - counted.getOrDefault(name, 0.0) : 0))).toList());
    }

    private List<Double> values(Name name) {
        double[] all = samples.get(name);
        return IntStream.rangeClosed(1, SAMPLES).mapToObj(i -> all == null || Double.isNaN(all[index(last + i)]) ? null : rounded(all[index(last + i)])).toList();
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
