package phone82.gateway.login;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.Stub;
import phone82.journey.Certificates;
import phone82.platform.api.Problem;
import phone82.platform.tls.Tls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The discovery of an issuer with TLS. */
@ExtendWith(OutputCaptureExtension.class)
class OpenIdIssuerTest {

    private final SSLContext before = Tls.defaultContext();
    @TempDir
    private Path folder;
    private HttpsServer server;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        Certificates certificates = new Certificates(folder);
        certificates.authority("authority");
        certificates.sign("issuer", "issuer", "serverAuth", "authority");
        Tls.serve(file("tls.crt"), file("tls.key"));
        server = HttpsServer.create(new InetSocketAddress("localhost", 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(Tls.defaultContext()));
        server.start();
        Tls.trust(file("ca.crt"));
    }

    @AfterEach
    void stop() {
        server.stop(0);
        SSLContext.setDefault(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"})
    void anEndpointWithoutTlsIsRefused(String endpoint, CapturedOutput log) {
        OpenIdIssuer issuer = issuer("\"" + endpoint + "\":\"https:", "\"" + endpoint + "\":\"http:");

        assertThatThrownBy(issuer::known).isInstanceOfSatisfying(Problem.class, refusal -> assertThat(refusal.status()).isEqualTo(503));
        assertThat(log).contains("The issuer " + url() + " is unavailable: its discovery document names http://localhost", "which has no TLS");
    }

    @Test
    void encryptedEndpointsAreUsed() {
        assertThatCode(issuer("", "")::known).doesNotThrowAnyException();
    }

    /** An issuer whose document has the first text replaced by the second. */
    private OpenIdIssuer issuer(String from, String to) {
        String document = """
                {"issuer":"%1$s","authorization_endpoint":"%1$s/authorize","token_endpoint":"%1$s/token","jwks_uri":"%1$s/jwks","end_session_endpoint":"%1$s/logout",
                "response_types_supported":["code"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}"""
                .formatted(url()).replace(from, to);
        server.createContext("/.well-known/openid-configuration", request -> Stub.answer(request, 200, document));
        return new OpenIdIssuer(new LoginSettings("https://shop.example.com", url(), "phone82", "", "openid", "phone82", "roles", List.of(),
                Duration.ofMinutes(30), Duration.ofHours(8), Duration.ofMinutes(1)));
    }

    private String url() {
        return "https://localhost:" + server.getAddress().getPort();
    }

    private String file(String name) {
        return folder.resolve("issuer").resolve(name).toString();
    }
}
