package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Certificates;
import phone82.journey.Shop;
import phone82.platform.tls.Tls;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** phone82 as the production overlays run it: HTTP and the databases are encrypted, with certificates like cert-manager's. */
@Tag("long")
class EncryptionIT {

    private static final String OTHERS = "broker coordinator provider customer pay";

    @Test
    void ordersAndCancellationsAreEncryptedBeforeAndAfterAllCertificatesAreReplaced() throws Exception {
        SSLContext java = Tls.defaultContext();
        try (Processes phone82 = new Processes("encryption", "--phone82.store.dispatch-delay=15s", "--phone82.warm-up=10",
                "--phone82.app.payment.response-timeout=3000", "--phone82.pay.provider-authorisation-limit=2s")) {
            Certificates certificates = new Certificates(Files.createDirectories(phone82.data("secrets")));
            certificates.authority("authority");
            certificates.sign("server", "localhost", "serverAuth", "authority");
            certificates.sign("store", "store", "serverAuth", "authority", "elsewhere");
            Path server = certificates.folder().resolve("server");
            try (EncryptedDatabases databases = new EncryptedDatabases(phone82.data("databases"), server)) {
                databases.probe();
                phone82.set(databases.options());
                phone82.set("--phone82.tls.certificate=" + server.resolve("tls.crt"), "--phone82.tls.key=" + server.resolve("tls.key"),
                        "--phone82.tls.authorities=" + server.resolve("ca.crt"));
                Tls.trust(server.resolve("ca.crt").toString());
                phone82.start(OTHERS, "store");
                phone82.start("app gateway");
                Shop shop = phone82.gateway();
                assertThat(shop.url("")).startsWith("https:");
                shipsAndCancels(shop);
                assertThat(phone82.operations(Context.STORE).get("/actuator/health/readiness").status()).isEqualTo(200);
                refusesOthers(phone82, databases, java);

                phone82.stop("store");
                phone82.set("--phone82.store.tls.certificate=" + certificates.folder().resolve("store/tls.crt"),
                        "--phone82.store.tls.key=" + certificates.folder().resolve("store/tls.key"));
                phone82.start("store");
                long kept = shop.place(anOrder()).expect(201).id();
                assertThat(shop.cancel(shop.request("/orders/" + kept).DELETE()).status()).as("store has a certificate of another name").isEqualTo(503);
                certificates.sign("renewed", "localhost", "serverAuth", "authority");
                renew(certificates, "renewed", "store");
                await().until(() -> shop.cancel(shop.request("/orders/" + kept).DELETE()).status(), status -> status == 200 || status == 202);

                certificates.authority("next");
                certificates.sign("last", "localhost", "serverAuth", "next");
                renew(certificates, "last", "server");
                certificates.sign("last", "localhost", "serverAuth", "next");
                renew(certificates, "last", "store");
                databases.probe();
                // connections that are open stay in use for a while
                await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> shop.place(anOrder()).expect(201));
                shipsAndCancels(shop);
                DriverManager.getConnection(databases.url("app"), "app", "demo-app").close();
                assertThat(phone82.reconcile().breaches()).isEmpty();
            }
        } finally {
            SSLContext.setDefault(java);
        }
    }

    private static void shipsAndCancels(Shop shop) throws IOException {
        long shipped = shop.place(anOrder()).expect(201).id();
        long cancelled = shop.place(anOrder()).expect(201).id();
        assertThat(shop.cancel(shop.request("/orders/" + cancelled).DELETE()).status()).isIn(200, 202);
        await().until(() -> shop.status("/history/" + cancelled), "Cancelled"::equals);
        shop.awaitShipped(shipped);
    }

    private static void refusesOthers(Processes phone82, EncryptedDatabases databases, SSLContext java) {
        HttpClient stranger = HttpClient.newBuilder().sslContext(java).build();
        for (Context context : List.of(Context.GATEWAY, Context.APP, Context.PAY, Context.STORE, Context.CUSTOMER, Context.COORDINATOR)) {
            assertThatThrownBy(() -> get(stranger, phone82.url(context))).as("%s, whose authority is unknown", context).isInstanceOf(SSLHandshakeException.class);
            assertThatThrownBy(() -> get(stranger, phone82.url(context).replace("https", "http"))).as("plain text to %s", context).isInstanceOf(IOException.class);
        }
        assertThatCode(() -> DriverManager.getConnection(databases.url("app"), "app", "demo-app").close()).doesNotThrowAnyException();
        assertThatThrownBy(() -> DriverManager.getConnection(databases.plainUrl("app") + "?sslmode=disable", "app", "demo-app")).as("plain text")
                .isInstanceOf(SQLException.class).hasMessageContaining("pg_hba.conf");
        assertThatThrownBy(() -> DriverManager.getConnection(databases.url("app").replace("localhost", "127.0.0.1"), "app", "demo-app")).as("another name")
                .isInstanceOf(SQLException.class);
    }

    private static int get(HttpClient client, String url) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(url + "/phones")).timeout(Duration.ofSeconds(10)).build(), BodyHandlers.discarding()).statusCode();
    }

    private static void renew(Certificates certificates, String from, String to) throws IOException {
        for (String file : List.of("ca.crt", "tls.crt", "tls.key")) {
            Files.move(certificates.folder().resolve(from).resolve(file), certificates.folder().resolve(to).resolve(file), ATOMIC_MOVE);
        }
    }
}
