package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Databases;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/**
 * Full disks, before a start and under a stream of orders and cancellations: accepted orders are stored, all others are refused, and
 * phone82 recovers without help when there is room. {@code -Dphone82.drill.disk-rounds} is the number of cases that are run.
 */
@Tag("long")
class DiskFullIT {

    private static final List<String> KEEPERS = Arrays.stream(Context.values()).filter(context -> context != Context.GATEWAY).map(Context::id).toList();
    private static final String ALL = "all";
    /** Orders are refused while one of these is full. */
    private static final Set<String> NEEDED = Set.of(ALL, "app", "pay");
    private static final int ORDERS = 15;

    /** The moment at which room is made. */
    private enum Room { WHILE_ALL_RUN, BEFORE_A_KILL, AFTER_A_KILL, AFTER_A_STOP }

    /** @param left free bytes at which the disk counts as full */
    private record Round(String disk, long left, Room room) {
    }

    private static List<Round> rounds() {
        List<Round> others = new ArrayList<>();
        for (long left : new long[]{0, 4096, 1024 * 1024}) {
            for (Room room : Room.values()) {
                others.add(new Round(ALL, left, room));
                KEEPERS.forEach(disk -> others.add(new Round(disk, left, room)));
            }
        }
        long seed = Long.getLong("phone82.drill.seed", System.currentTimeMillis());
        System.out.println("phone82.drill.seed=" + seed);
        Collections.shuffle(others, new Random(seed));
        List<Round> rounds = new ArrayList<>(List.of(new Round(ALL, 0, Room.AFTER_A_KILL), new Round("broker", 0, Room.WHILE_ALL_RUN)));
        others.removeAll(rounds);
        rounds.addAll(others);
        return rounds.subList(0, Math.min(rounds.size(), Integer.getInteger("phone82.drill.disk-rounds", 30)));
    }

    private static Map<String, SmallDisk> disks(Processes phone82) throws IOException, InterruptedException {
        Map<String, SmallDisk> disks = new TreeMap<>();
        for (String context : KEEPERS) {
            disks.put(context, new SmallDisk(phone82.data(context), context.equals("broker") ? 64 : 16));
        }
        return disks;
    }

    private static void close(Collection<SmallDisk> disks) throws InterruptedException {
        for (SmallDisk disk : disks) {
            disk.close();
        }
    }

    @Test
    void acceptedOrdersSurviveAFullDisk() throws Exception {
        int operations = Phone82Extension.freePort();
        try (Processes phone82 = new Processes("disk-full", folder -> Databases.embedded(), "--phone82.store.dispatch-delay=300ms",
                "--phone82.warm-up=0", "--management.server.port=" + operations)) {
            Map<String, SmallDisk> disks = disks(phone82);
            try {
                phone82.start("");
                for (Round round : rounds()) {
                    Collection<SmallDisk> full = round.disk.equals(ALL) ? disks.values() : List.of(disks.get(round.disk));
                    play(phone82, new Shop("http://localhost:" + operations), round, full);
                }
            } finally {
                close(disks.values());
            }
        }
    }

    private static void play(Processes phone82, Shop operator, Round round, Collection<SmallDisk> full) throws Exception {
        Shop shop = phone82.gateway();
        try (Customers customers = new Customers(shop, 4, 25)) {
            customers.awaitMore(ORDERS);
            for (SmallDisk disk : full) {
                disk.fill(round.left);
            }
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> operator.get("/actuator/health/readiness").expect(503));
            operator.get("/actuator/health/liveness").expect(200);
            if (NEEDED.contains(round.disk)) {
                Shop.Answer refused = shop.place(anOrder()).expect(503);
                assertThat(refused.header("Retry-After")).isNotNull();
                assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
            }
            await().pollDelay(Duration.ofSeconds(3)).untilAsserted(() ->
                    assertThat(phone82.log()).contains("ERROR").contains(phone82.data(round.disk.equals(ALL) ? "app" : round.disk).toString()));
            if (round.room == Room.AFTER_A_KILL) {
                phone82.kill("");
            } else if (round.room == Room.AFTER_A_STOP) {
                phone82.stop("");
            }
            for (SmallDisk disk : full) {
                disk.makeRoom();
            }
            if (round.room == Room.BEFORE_A_KILL) {
                phone82.kill("");
            }
            if (round.room != Room.WHILE_ALL_RUN) {
                phone82.start("");
            }
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> operator.get("/actuator/health/readiness").expect(200));
            customers.awaitMore(ORDERS);
            customers.stop();
            System.out.printf("%s: %s%n", round, customers);
            assertThat(customers.refusals()).as("how orders were refused").isSubsetOf(Set.of(503));
            assertThat(customers.cancellations().values()).as("how cancellations were answered").isSubsetOf(Set.of(200, 202, 409, 503));
            if (round.room == Room.WHILE_ALL_RUN) {
                assertThat(customers.unanswered()).isZero();
            }
            OrderComparison.awaitBalanced(phone82, customers);
        }
    }

    @Test
    void aFullDiskIsReportedAtTheStart() throws Exception {
        try (Processes phone82 = new Processes("disk-full-before", folder -> Databases.embedded(), "--phone82.warm-up=0")) {
            Map<String, SmallDisk> disks = disks(phone82);
            try {
                for (String context : List.of("broker", "coordinator", "app")) {
                    disks.get(context).fill(0);
                    assertThat(phone82.run(1, context).lines()).singleElement().asString()
                            .contains(context + ": ", phone82.data(context).toString(), "make room");
                    disks.get(context).makeRoom();
                }
                phone82.start("broker");
                phone82.start("app");
            } finally {
                close(disks.values());
            }
        }
    }
}
