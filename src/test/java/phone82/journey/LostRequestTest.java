package phone82.journey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.Context;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/** Requests that app does not answer, because it ends. The title of the answer says whether they may have had an effect. */
class LostRequestTest {

    private static final int APP = Phone82Extension.freePort();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.GATEWAY), "--phone82.gateway.app-url=http://localhost:" + APP);

    private final Shop shop = PHONE82.gateway();

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aRequestThatWasNotPassedOnHadNoEffect(CapturedOutput log) {
        assertThat(titleOfCancellation()).isEqualTo("Unavailable");

        assertThat(log.getAll()).contains("app does not answer (in time): ").doesNotContain("\tat ");
    }

    /** The gateway sends it again to nobody, but app may have acted on the first request. */
    @Test
    void aRepeatedRequestMayHaveHadAnEffect() throws IOException {
        try (ServerSocket app = new ServerSocket(APP, 1, InetAddress.getByName("localhost"))) {
            CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> readAndEnd(app));

            assertThat(titleOfCancellation()).isEqualTo("Temporarily unavailable");
            ended.join();
        }
    }

    private String titleOfCancellation() {
        return shop.send(shop.request("/orders/1").DELETE()).expect(503).body().get("title").asText();
    }

    private static void readAndEnd(ServerSocket app) {
        try (Socket gateway = app.accept()) {
            assertThat(gateway.getInputStream().read()).isEqualTo('D');
            app.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
