package phone82.platform.http;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import phone82.journey.DrippingServer;
import phone82.journey.DrippingServer.Kind;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Calls of servers that do not end their answers. */
class LimitedClientTest {

    private final HttpClient client = new LimitedClient(Duration.ofSeconds(1), 65_536);

    /** A limit for each part of an answer would never end the wait. */
    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"HEAD", "BODY"})
    void anAnswerThatComesInSmallPartsIsNoAnswer(Kind kind) {
        try (DrippingServer server = new DrippingServer(kind)) {
            assertThat(CompletableFuture.supplyAsync(() -> sent(server))).failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat().havingRootCause().isInstanceOf(HttpTimeoutException.class);
            await("the connection is closed").until(() -> server.open() == 0);
        }
    }

    @Test
    void anAnswerThatIsTooLongIsNoAnswer() {
        try (DrippingServer server = new DrippingServer(Kind.LONG_BODY)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(server.url())).timeout(Duration.ofSeconds(30)).build();

            assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString())).isInstanceOf(IOException.class)
                    .hasMessageContaining("the answer has more than 65536 bytes");
            await("the connection is closed").until(() -> server.open() == 0);
        }
    }

    @Test
    void aRequestWithoutATimeoutIsRefused() {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:1")).build();

        assertThatThrownBy(() -> client.sendAsync(request, BodyHandlers.ofString())).isInstanceOf(IllegalArgumentException.class);
    }

    private String sent(DrippingServer server) {
        try {
            return client.send(HttpRequest.newBuilder(URI.create(server.url())).timeout(Duration.ofMillis(500)).build(), BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
