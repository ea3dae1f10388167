package phone82.journey;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.Context;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** A gateway with logins and a context that was started without them: its users must not become the user {@code demo}. */
@ExtendWith(OutputCaptureExtension.class)
class HalfLoginTest {

    @RegisterExtension
    static final Issuer ISSUER = new Issuer();

    private static Phone82Extension customer;
    private static Phone82Extension gateway;

    @BeforeAll
    static void start() throws IOException {
        String keys = "--phone82.identity.folder=" + Files.createTempDirectory(Files.createDirectories(Path.of("target", "data")), "keys");
        customer = Phone82Extension.only(Set.of(Context.BROKER, Context.CUSTOMER), keys);
        customer.start("HalfLoginTest");
        gateway = Phone82Extension.only(Set.of(Context.GATEWAY), keys, "--phone82.identity.issuer=" + ISSUER.url(),
                "--phone82.gateway.customer-url=http://localhost:" + customer.port(Context.CUSTOMER));
        gateway.start("HalfLoginTest");
    }

    @AfterAll
    static void stop() {
        gateway.stop();
        customer.stop();
    }

    @Test
    void noUserOfTheGatewayIsTheUserDemo(CapturedOutput output) {
        String url = gateway.gateway().url("");

        new Shop(url, ISSUER.token("kim", "customer")).get("/history").expect(503);
        new Shop(url, ISSUER.token("olga", "operator")).get("/history").expect(503);
        Shop.ofGuest(url, "A".repeat(43)).get("/history/1").expect(503);

        assertThat(output.getAll().lines().filter(line -> line.contains("ERROR"))).singleElement().asString()
                .contains("customer has no logins and refuses them: set phone82.identity.issuer");
    }

    /** The gateway may have keys that the context does not know. */
    @Test
    void nobodyWithAnotherTokenIsTheUserDemo() {
        Shop context = customer.stranger(Context.CUSTOMER);

        context.send(context.request("/history").header("Authorization", "Bearer " + ISSUER.token("kim", "customer"))).expect(401);
    }

    @Test
    void aLaptopNeedsNoLogin() {
        customer.stranger(Context.CUSTOMER).get("/history").expect(200);
    }
}
