package phone82.drill;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Databases;
import phone82.journey.Shop;
import phone82.journey.Shop.Answer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static phone82.journey.Shop.anOrder;

/** The image in the pods of {@code openshift/base} with OpenShift's restrictions; broker and databases run outside. */
@Tag("long")
class ImageIT {

    private static final String[] PODS = {"coordinator", "customer", "store", "pay", "app", "gateway"};
    /** The grace period of a pod, less the seconds that it sleeps before SIGTERM. */
    private static final Duration GRACE = Duration.ofSeconds(60 - 5);
    private static final int SIGTERM = 128 + 15;

    @BeforeEach
    void needsRootOfLinux() {
        assumeTrue(Image.canBeRun(), "only root of a Linux with control groups of its own can make pods");
    }

    @Test
    void theFirstOrderShipsAndAStopWaitsForOpenRequests() throws Exception {
        try (Processes phone82 = new Processes("image", Databases::onServers, "--phone82.store.dispatch-delay=2s", "--phone82.bind=127.0.0.1")) {
            try (Image image = new Image(Files.createDirectory(phone82.data("image")), Processes.EXTRACTED, portsByVariable(phone82))) {
                phone82.start("broker provider");
                phone82.set("--phone82.saga.coordinator-url=" + phone82.url(Context.COORDINATOR),
                        "--phone82.broker.url=tcp://localhost:" + phone82.port(Context.BROKER));
                phone82.launchWith(image::pod);

                phone82.start(PODS);
                Shop shop = phone82.gateway();
                long first = shop.place(anOrder()).expect(201).id();
                long taken = shop.place(anOrder()).expect(201).id();
                shop.send("DELETE", "/orders/" + taken, null, null).expect(200);
                shop.awaitShipped(first);
                assertThat(shop.timeline(first)).containsExactly("Ordered", "PayCompleted", "OrderReceived", "Shipped");
                for (String pod : PODS) {
                    assertIsRestricted(phone82.pid(pod), image.user(), pod.equals("coordinator"));
                    assertThat(operations(phone82, pod).metric("jvm_memory_max_bytes{area=\"heap\"")).as("%s knows its memory", pod).isBetween(0.4 * Image.limit(pod), 0.5 * Image.limit(pod));
                    System.out.printf("%s: at most %d of %d MiB%n", pod, image.mostMemory(pod) >> 20, Image.limit(pod) >> 20);
                }

                CompletableFuture<Answer> underWay = CompletableFuture.supplyAsync(() -> shop.place(anOrder().of("sim-slow-200")));
                await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10)).until(() -> operations(phone82, "pay").metric("resilience4j_bulkhead_available_concurrent_calls{")
                        < operations(phone82, "pay").metric("resilience4j_bulkhead_max_allowed_concurrent_calls{"));
                long stopRequested = System.nanoTime();
                Map<String, Integer> codes = phone82.terminate(GRACE, PODS);
                System.out.printf("ended after %d ms%n", Duration.ofNanos(System.nanoTime() - stopRequested).toMillis());
                assertThat(codes).hasSize(PODS.length).allSatisfy((pod, code) -> assertThat(code).as(pod).isEqualTo(SIGTERM));
                underWay.get().expect(201);
            }
        }
    }

    private static Map<String, String> portsByVariable(Processes phone82) {
        Map<String, String> variables = new TreeMap<>(Map.of("MANAGEMENT_SERVER_PORT", "0",
                "PHONE82_BROKER_URL", "tcp://localhost:" + phone82.port(Context.BROKER)));
        for (Context context : Context.values()) {
            variables.put("PHONE82_" + context.name() + "_PORT", String.valueOf(phone82.port(context)));
        }
        return variables;
    }

    private static Shop operations(Processes phone82, String pod) {
        return phone82.operations(Context.valueOf(pod.toUpperCase()));
    }

    private static void assertIsRestricted(long pid, String user, boolean hasVolume) throws IOException {
        Path process = Path.of("/proc", String.valueOf(pid));
        Map<String, String> status = new TreeMap<>();
        Files.readAllLines(process.resolve("status")).forEach(line -> status.put(line.split(":")[0], line.split(":", 2)[1].trim().replaceAll("\\s+", " ")));
        assertThat(status).contains(entry("Uid", String.join(" ", user, user, user, user)), entry("Gid", "0 0 0 0"), entry("NoNewPrivs", "1"));
        assertThat(Stream.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb").map(status::get)).containsOnly("0000000000000000");
        assertThat(Files.readAllLines(process.resolve("mountinfo")).stream().map(line -> line.split(" ")).filter(mount -> !mount[5].startsWith("ro"))
                .map(mount -> mount[4]).filter(place -> !place.startsWith("/sys") && !place.startsWith("/proc")))
                .containsExactlyInAnyOrder(hasVolume ? new String[]{"/tmp", "/data"} : new String[]{"/tmp"});
    }
}
