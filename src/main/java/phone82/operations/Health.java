package phone82.operations;

import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import phone82.platform.health.Check;
import phone82.platform.health.Check.About;

import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The health of the contexts in this JVM, as Kubernetes probes it: liveness, startup, readiness. */
class Health implements AutoCloseable {

    /** Time for all checks of a probe together; less than the usual timeout of a probe. */
    private static final Duration WAIT = Duration.ofMillis(1800);

    private final Duration patience;
    private final Clock clock;
    private final ExecutorService executor;
    private final Map<String, List<TimedCheck>> contexts = new ConcurrentSkipListMap<>();
    private volatile Set<String> expected = Set.of();
    private volatile boolean stopping;

    /** @param patience how long a context's liveness check may fail before the process counts as not alive */
    Health(Duration patience, Clock clock) {
        this.patience = patience;
        this.clock = clock;
        executor = Executors.newCachedThreadPool(BasicThreadFactory.builder().namingPattern("health-%d").daemon(true).build());
    }

    /** The overall result, with the details that operators see. */
    record Report(boolean up, Map<String, Object> components) {
    }

    /** Names the contexts that must be up before the process counts as started. */
    void expect(Collection<String> names) {
        expected = new TreeSet<>(names);
    }

    void add(String context, Collection<Check> checks) {
        List<TimedCheck> timed = new ArrayList<>();
        checks.forEach(check -> timed.add(new TimedCheck(check, executor, check.about() == About.LIFE ? patience : Duration.ZERO, clock)));
        contexts.put(context, timed);
    }

    /** From now on the process is alive but not ready. */
    void stopping() {
        stopping = true;
    }

    /** Whether the process works and need not be restarted; its dependencies do not count. */
    Report liveness() {
        Report report = report(EnumSet.of(About.LIFE));
        long[] deadlocked = ManagementFactory.getThreadMXBean().findDeadlockedThreads();
        if (deadlocked == null) {
            return report;
        }
        Map<String, Object> components = new LinkedHashMap<>(report.components());
        components.put("threads", component(false, Map.of("deadlocked", deadlocked.length)));
        return new Report(false, components);
    }

    /** Whether all contexts have started. */
    Report startup() {
        Set<String> missing = new TreeSet<>(expected);
        missing.removeAll(contexts.keySet());
        return new Report(missing.isEmpty() && !expected.isEmpty(), missing.isEmpty() ? Map.of()
                : Map.of("startup", component(false, Map.of("missing", missing))));
    }

    /**
     * Whether this process can take requests.
     *
     * @param withNotes whether to include checks that do not affect the answer but inform operators
     */
    Report readiness(boolean withNotes) {
        Report startup = startup();
        if (!startup.up() || stopping) {
            return new Report(false, startup.components());
        }
        return report(withNotes ? EnumSet.of(About.READINESS, About.WARNING, About.NOTE) : EnumSet.of(About.READINESS));
    }

    private Report report(Set<About> asked) {
        contexts.values().forEach(checks -> checks.stream().filter(check -> asked.contains(check.about())).forEach(TimedCheck::begin));
        long deadline = System.nanoTime() + WAIT.toNanos();
        boolean up = true;
        Map<String, Object> components = new LinkedHashMap<>();
        for (Map.Entry<String, List<TimedCheck>> context : contexts.entrySet()) {
            boolean contextUp = true;
            Map<String, Object> parts = new LinkedHashMap<>();
            for (TimedCheck check : context.getValue()) {
                if (asked.contains(check.about())) {
                    TimedCheck.Outcome outcome = check.outcome(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
                    boolean partUp = outcome.up() || check.about() == About.NOTE;
                    if (check.about() != About.NOTE) {
                        check.log(context.getKey(), outcome);
                    }
                    contextUp &= partUp;
                    up &= partUp || check.about() == About.WARNING;
                    parts.put(check.name(), component(partUp, outcome.details()));
                }
            }
            components.put(context.getKey(), Map.of("status", status(contextUp), "components", parts));
        }
        return new Report(up, components);
    }

    private static Map<String, Object> component(boolean up, Map<String, Object> details) {
        return details.isEmpty() ? Map.of("status", status(up)) : Map.of("status", status(up), "details", details);
    }

    static String status(boolean up) {
        return up ? "UP" : "DOWN";
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
