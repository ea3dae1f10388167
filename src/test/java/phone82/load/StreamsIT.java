package phone82.load;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.drill.Processes;
import phone82.load.Readers.Following;
import phone82.load.Readers.Seen;
import phone82.platform.api.Json;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.SoftAssertions.assertSoftly;

/**
 * The cost of live streams: the same load without readers and with five hundred of them, {@code mvn verify -Pload}. Users place an order and
 * wait until it is shipped, so the order rate is that of the whole system. Each reader follows an order until it is shipped and then another, as a
 * customer; with {@code -Dload.following=all} each follows all orders.
 */
@Tag("load")
class StreamsIT {

    private static final int READERS = Integer.getInteger("load.readers", 500);

    private final Following following = Following.valueOf(System.getProperty("load.following", "one").toUpperCase(Locale.ROOT));

    /**
     * One run and its conditions.
     *
     * @param without      orders per second before and after, without readers
     * @param with         orders per second with readers
     * @param cpu          CPU seconds of phone82 for 1000 orders, until all were shipped and shown; without readers
     * @param cpuWith      the same with readers
     * @param residentKb   resident memory of the process, after a quarter of the time with readers, and at its end
     * @param liveBytes    live heap, with the readers, before and after the load
     * @param moreThreads  threads added for the readers
     */
    private record Measured(Machine machine, Following following, int readers, int seconds, double[] without, double with, double cpu, double cpuWith,
                            Results.Times answered, Results.Times answeredWith, long[] residentKb, long[] liveBytes, long moreThreads, Seen seen,
                            double customersCpuSeconds) {

        double ratio() {
            return with / ((without[0] + without[1]) / 2);
        }

        String text() {
            return String.format(Locale.ROOT, """

                            streams: %d readers who follow %s for %d s
                              machine       %d cores, %,d MB, %s, load average before %.1f, commit %s
                              orders        %.1f and %.1f/s without them, %.1f/s with them: %.1f %%
                              answered      median %d, p99 %d ms without; median %d, p99 %d ms with
                              CPU           %.2f s per 1000 orders without, %.2f with; the readers themselves %.1f s, the customers %.1f s
                              memory        resident %,d kB after a quarter, %,d at the end; live heap %,d bytes before, %,d after; %d more threads
                              seen          %,d events, %,d orders to their end; %d missing, %d twice, %d streams cut off
                            """,
                    readers, following.name().toLowerCase(Locale.ROOT), seconds, machine.cores(), machine.megabytes(), machine.java(), machine.loadBefore(),
                    machine.commit(), without[0], without[1], with, 100 * ratio(), answered.median(), answered.p99(), answeredWith.median(), answeredWith.p99(),
                    cpu, cpuWith, seen.cpuSeconds(), customersCpuSeconds, residentKb[0], residentKb[1], liveBytes[0], liveBytes[1], moreThreads,
                    seen.events(), seen.orders(), seen.missing(), seen.twice(), seen.cutOff());
        }
    }

    @Test
    void fiveHundredReadersHardlyReduceThroughput() throws Exception {
        Machine machine = Machine.now();
        int seconds = Integer.getInteger("load.seconds", 120);
        try (Processes phone82 = new Processes("streams-" + following.name().toLowerCase(Locale.ROOT))) {
            // a heap of fixed size, so that growth of the resident memory is outside of it; C1 alone is warm soon
            phone82.jvm(LoadIT.words("load.jvm", "-Xms384m -Xmx384m -XX:+AlwaysPreTouch -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=128m"));
            phone82.set(LoadIT.words("load.options", "--phone82.store.dispatch-delay=0s").toArray(String[]::new));
            // all readers have the same address
            phone82.set("--phone82.gateway.streams-per-client=" + READERS, "--phone82.http.connections-per-client=1000");
            phone82.start("");
            Path folder = LoadIT.BUILD.resolve("gatling").resolve("streams-" + following.name().toLowerCase(Locale.ROOT));
            Plan plan = new Plan(Scenario.STORE, seconds, Integer.getInteger("load.users", 40), 0, 100,
                    LoadIT.url(Context.APP, phone82), LoadIT.url(Context.GATEWAY, phone82), LoadIT.url(Context.STORE, phone82));
            long pid = phone82.handles().get("").pid();
            Turn turn = new Turn(phone82, folder);

            Results warmUp = turn.run(plan.during(Integer.getInteger("load.warmup", 30)));
            double began = turn.cpuSeconds();
            Results before = turn.run(plan.during(Math.max(15, seconds / 2)));
            double cpu = 1000 * (turn.cpuSeconds() - began) / before.accepted().size();

            long threads = status(pid, "Threads");
            long newest = Stream.of(warmUp, before).flatMap(each -> each.accepted().stream()).mapToLong(Long::longValue).max().orElseThrow();
            Results with;
            Seen seen;
            double cpuWith;
            long moreThreads;
            long[] resident;
            long[] live = new long[2];
            // ids are issued in blocks
            try (Readers readers = new Readers(new Readers.Plan(plan.gateway(), following, READERS, newest + 100), folder)) {
                moreThreads = status(pid, "Threads") - threads;
                live[0] = liveBytes(pid);
                began = turn.cpuSeconds();
                try (Samples samples = new Samples(pid)) {
                    with = turn.run(plan);
                    resident = samples.afterAQuarterAndAtTheEnd();
                }
                cpuWith = 1000 * (turn.cpuSeconds() - began) / with.accepted().size();
                seen = readers.seen(with.accepted().stream().filter(id -> id >= newest + 100).toList());
                live[1] = liveBytes(pid);
            }
            Results after = turn.run(plan.during(Math.max(15, seconds / 2)));

            Measured measured = new Measured(machine, following, READERS, seconds, new double[]{rate(before), rate(after)}, rate(with), cpu, cpuWith,
                    before.answered(), with.answered(), resident, live, moreThreads, seen, with.cpuSeconds());
            System.out.println(measured.text());
            Files.writeString(LoadIT.BUILD.resolve("streams.jsonl"), Json.text(measured) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            assertSoftly(all -> {
                all.assertThat(seen.orders()).as("orders followed to their end").isGreaterThan(READERS);
                all.assertThat(seen.missing()).as("events that a reader has not seen").isZero();
                all.assertThat(seen.twice()).as("events that a reader has seen twice").isZero();
                all.assertThat(seen.cutOff()).as("streams cut off").isZero();
                all.assertThat(measured.ratio()).as("orders a second with readers to those without").isGreaterThanOrEqualTo(0.9);
                all.assertThat(resident[1] - resident[0]).as("resident kB more at the end than after a quarter").isLessThan(24_000);
                all.assertThat(live[1] - live[0]).as("bytes of the heap more after the load").isLessThan(10_000_000);
                all.assertThat(moreThreads).as("threads for %d readers", READERS).isLessThan(10);
                all.assertThat(phone82.reconcile().breaches()).isEmpty();
            });
        }
    }

    /** One load of a series. */
    private record Turn(Processes phone82, Path folder) {

        Results run(Plan plan) throws IOException, InterruptedException {
            Results results = Customers.run(plan, folder, false);
            LoadIT.allShipped(phone82.gateway(), results.accepted());
            return results;
        }

        double cpuSeconds() {
            return LoadIT.cpuSeconds(phone82).values().stream().mapToDouble(Double::doubleValue).sum();
        }
    }

    private static double rate(Results results) {
        return results.accepted().size() / results.seconds();
    }

    /** Resident memory of a process, second by second, without the mapped files of broker and databases, which grow with the orders. */
    private static final class Samples implements AutoCloseable {

        private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        private final List<Long> kilobytes = new ArrayList<>();

        Samples(long pid) {
            clock.scheduleAtFixedRate(() -> kilobytes.add(status(pid, "RssAnon")), 1, 1, TimeUnit.SECONDS);
        }

        long[] afterAQuarterAndAtTheEnd() {
            close();
            return new long[]{kilobytes.get(kilobytes.size() / 4), kilobytes.get(kilobytes.size() - 1)};
        }

        @Override
        public void close() {
            clock.shutdown();
        }
    }

    /** A line of {@code /proc/<pid>/status}, mostly in kB. */
    static long status(long pid, String what) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", String.valueOf(pid), "status"))) {
            return lines.filter(line -> line.startsWith(what + ":")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Live heap after a full collection. */
    private static long liveBytes(long pid) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), String.valueOf(pid), "GC.class_histogram").start();
        String total = jcmd.inputReader().lines().filter(line -> line.startsWith("Total")).findFirst().orElseThrow();
        jcmd.waitFor(1, TimeUnit.MINUTES);
        return Long.parseLong(total.trim().split("\\s+")[2]);
    }
}
