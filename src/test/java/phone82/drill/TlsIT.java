package phone82.drill;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Every connection between the parts, and that of the probe, is encrypted: each part stands behind a proxy that ends TLS, as in many clusters. */
@Tag("long")
class TlsIT {

    private static final Map<Context, Integer> TLS = new TreeMap<>();
    private static Processes phone82;
    private static Path folder;
    private static Process haproxy;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        phone82 = new Processes("tls", "--phone82.store.dispatch-delay=5s", "--phone82.warm-up=10");
        folder = Files.createDirectories(phone82.data("tls"));
        run(Program.named("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                "-keyout", "key.pem", "-out", "certificate.pem");
        Files.writeString(folder.resolve("both.pem"), Files.readString(folder.resolve("certificate.pem")) + Files.readString(folder.resolve("key.pem")));
        run(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-importcert", "-noprompt", "-storetype", "PKCS12", "-storepass", "changeit", "-file", "certificate.pem", "-keystore", "trusted.p12");
        StringBuilder proxies = new StringBuilder("defaults\n mode tcp\n timeout connect 5s\n timeout client 60s\n timeout server 60s\n");
        for (Context context : Context.values()) {
            TLS.put(context, Phone82Extension.freePort());
            proxies.append("listen %s\n bind 127.0.0.1:%d ssl crt %s\n server 0 127.0.0.1:%d\n"
                    .formatted(context.id(), TLS.get(context), folder.resolve("both.pem"), phone82.port(context)));
        }
        Path configuration = Files.writeString(folder.resolve("haproxy.cfg"), proxies);
        haproxy = new ProcessBuilder(Program.named("haproxy"), "-db", "-f", configuration.toString())
                .redirectErrorStream(true).redirectOutput(folder.resolve("haproxy.txt").toFile()).start();
        await().failFast(() -> assertThat(haproxy.isAlive()).as(() -> "see " + folder.resolve("haproxy.txt")).isTrue())
                .until(() -> !Phone82Extension.isFree(TLS.get(Context.BROKER)));
        phone82.set("--phone82.broker.url=tcp://localhost:" + TLS.get(Context.BROKER) + "?sslEnabled=true",
                url("saga.coordinator", Context.COORDINATOR), url("pay.provider", Context.PROVIDER), url("app.pay", Context.PAY), url("app.store", Context.STORE),
                url("gateway.app", Context.APP), url("gateway.pay", Context.PAY), url("gateway.store", Context.STORE), url("gateway.customer", Context.CUSTOMER),
                url("app.callback", Context.APP), url("pay.callback", Context.PAY), url("store.callback", Context.STORE),
                "--phone82.probe.url=https://localhost:" + TLS.get(Context.GATEWAY), "--phone82.probe.every=1s");
    }

    private static String url(String property, Context context) {
        return "--phone82." + property + "-url=https://localhost:" + TLS.get(context);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Path output = folder.resolve(command[1] + ".txt");
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertThat(process.waitFor()).as(() -> "see " + output).isZero();
    }

    @AfterAll
    static void stop() {
        if (haproxy != null) {
            haproxy.destroy();
        }
        if (phone82 != null) {
            phone82.close();
        }
    }

    @Test
    void ordersAndCancellationsWorkOverTls() throws Exception {
        phone82.jvm(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djavax.net.ssl.trustStore=" + folder.resolve("trusted.p12"),
                "-Djavax.net.ssl.trustStorePassword=changeit"));
        phone82.start("");
        Shop shop = phone82.gateway();
        long shipped = shop.place(Shop.anOrder()).expect(201).id();
        long cancelled = shop.place(Shop.anOrder()).expect(201).id();
        assertThat(shop.cancel(shop.request("/orders/" + cancelled).DELETE()).status()).isIn(200, 202);
        await().until(() -> shop.status("/history/" + cancelled), "Cancelled"::equals);
        shop.awaitShipped(shipped);
        await().until(() -> shop.all("/orders").stream().anyMatch(order -> order.get("item").asText().equals("test") && order.get("status").asText().equals("Cancelled")));
    }
}
