package phone82.journey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.util.FileSystemUtils;
import phone82.Context;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Route reloading for developers: a saved route file takes effect at once. */
class ReloadTest {

    private static final Path ROUTES = copyOfRoutes();

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.APP, Context.GATEWAY),
            "--phone82.routes=file:" + ROUTES, "--phone82.reload=" + ROUTES);

    @Test
    void aSavedRouteIsReloaded() throws IOException {
        Shop app = PHONE82.shop(Context.APP);
        app.get("/orders/1").expect(404);

        save("app/api.camel.yaml", "method: find\n", "method: list\n");

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(app.get("/orders/1").status()).isEqualTo(200));
    }

    @Test
    void theRoutesOfASavedTemplateAreReloaded() throws IOException {
        Shop gateway = PHONE82.gateway();
        gateway.get("/payments").expect(503);

        save("gateway/to-context.camel.yaml", "{{phone82.gateway.{{context}}-url}}", "{{phone82.gateway.app-url}}");

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(gateway.get("/payments").status()).isEqualTo(404));
    }

    private static void save(String file, String former, String changed) throws IOException {
        Path path = ROUTES.resolve(file);
        String content = Files.readString(path);
        assertThat(content).containsOnlyOnce(former);
        Files.writeString(path, content.replace(former, changed));
    }

    private static Path copyOfRoutes() {
        try {
            Path copy = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "routes");
            FileSystemUtils.copyRecursively(Path.of("routes"), copy);
            return copy;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
