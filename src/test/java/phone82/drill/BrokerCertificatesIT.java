package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Certificates;
import phone82.journey.Shop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static phone82.journey.Shop.anOrder;

/** phone82 with a standalone Artemis that knows the contexts by certificates, configured by the files of the production overlay. */
@Tag("long")
class BrokerCertificatesIT {

    private static final Path FILES = Path.of("openshift/components/broker-certificates");
    private static final String OPTIONS = "-Xms64m -Xmx256m -XX:TieredStopAtLevel=1";

    @Test
    void ordersShipBeforeAndAfterAllCertificatesAreReplaced() throws Exception {
        try (Processes phone82 = new Processes("certificates", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0",
                     "--phone82.app.payment.response-timeout=3000", "--phone82.pay.provider-authorisation-limit=2s")) {
            Path folder = Files.createDirectories(phone82.data("secrets"));
            Certificates certificates = new Certificates(folder);
            certificates.issue(List.of("app", "pay", "store", "customer"));
            String properties = Files.readString(FILES.resolve("broker.properties")).replace("/etc/broker", folder + "/artemis");
            try (Artemis broker = new Artemis(phone82.data("artemis"), phone82.port(Context.BROKER), properties)) {
                broker.configure("login.config", Files.readString(FILES.resolve("login.config")));
                broker.configure("cert-users.properties", Files.readString(FILES.resolve("cert-users.properties")));
                broker.start(OPTIONS);
                phone82.set(url(phone82, folder + "/${phone82.context}"));
                phone82.start("coordinator provider customer store pay app gateway");
                Shop shop = phone82.gateway();
                shop.awaitShipped(shop.place(anOrder()).expect(201).id());

                certificates.issue(List.of("app", "pay", "store", "customer"));
                broker.kill();
                long meanwhile = shop.place(anOrder()).expect(201).id();
                broker.start(OPTIONS);

                shop.awaitShipped(meanwhile);
                phone82.stop("coordinator provider customer store pay app gateway");
                phone82.set(url(phone82, folder + "/artemis"), "--phone82.broker.wait=2s");
                assertThat(phone82.run(1, "store").lines()).singleElement().asString().contains("no broker answers at tcp://localhost:", "another certificate");
            }
        }
    }

    private static String url(Processes phone82, String secret) {
        return "--phone82.broker.url=tcp://localhost:%d?sslEnabled=true&keyStoreType=PEM&keyStorePath=%2$s/tls-combined.pem&trustStoreType=PEMCA&trustStorePath=%2$s/ca.crt"
                .formatted(phone82.port(Context.BROKER), secret);
    }
}
