package phone82.drill;

import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Shop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static phone82.journey.Shop.anOrder;

/** Artemis as an installation of its own, configured by the same files as the broker within phone82. */
class StandaloneBrokerIT {

    private static final Path DISTRIBUTION = Path.of(System.getProperty("artemis"));
    private static final List<String> FILES = List.of("broker.xml", "artemis-users.properties", "artemis-roles.properties");

    @Test
    void ordersAreTakenWhileItIsAwayAndShipWhenItIsBack() throws Exception {
        try (Processes phone82 = new Processes("standalone", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0")) {
            Path instance = install(phone82.data("artemis"), phone82.port(Context.BROKER));
            Process broker = run(instance);
            try {
                phone82.start("coordinator customer store pay app gateway");
                Shop shop = phone82.gateway();
                List<Long> ids = place(shop, 20);
                ids.forEach(shop::awaitShipped);

                ids.addAll(place(shop, 20));
                broker.destroyForcibly().waitFor();
                ids.addAll(place(shop, 20));
                broker = run(instance);

                ids.forEach(shop::awaitShipped);
                assertThat(ids).hasSize(60).allSatisfy(id -> assertThat(shop.timeline(id))
                        .containsExactly("Ordered", "PayCompleted", "OrderReceived", "Shipped"));
            } finally {
                broker.destroyForcibly();
            }
        }
    }

    private static List<Long> place(Shop shop, int count) {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(shop.place(anOrder()).expect(201).id());
        }
        return ids;
    }

    /** As the README tells; only the port is another. */
    private static Path install(Path instance, int port) throws IOException, InterruptedException {
        Process create = start(instance.resolveSibling("artemis-create.txt"), DISTRIBUTION.resolve("bin/artemis").toString(), "create",
                "--silent", "--require-login", "--user", "operator", "--password", "demo-operator", "--role", "operator", "--no-web",
                instance.toString());
        assertThat(create.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(create.exitValue()).isZero();
        for (String file : FILES) {
            Files.copy(Path.of("artemis", file), instance.resolve("etc").resolve(file), REPLACE_EXISTING);
        }
        Files.writeString(instance.resolve("etc/port.properties"), "acceptorConfigurations.artemis.params.port=" + port);
        return instance;
    }

    private static Process run(Path instance) throws IOException {
        return start(instance.resolve("log/run.txt"), instance.resolve("bin/artemis").toString(), "run",
                "--properties", instance.resolve("etc/port.properties").toString());
    }

    private static Process start(Path log, String... command) throws IOException {
        ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        process.environment().put("JAVA_ARGS", "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1");
        return process.start();
    }
}
