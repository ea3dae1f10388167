package phone82.platform.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.Router;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.journey.Certificates;
import phone82.platform.health.Pulse;
import phone82.platform.tls.Tls;

import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** A server with certificates like cert-manager's, and the kinds of clients that contexts have. */
class HttpsTest {

    private final SSLContext before = Tls.defaultContext();
    private final Vertx vertx = Vertx.vertx();
    @TempDir
    private Path folder;
    private Certificates certificates;
    private HttpServer server;

    /** A server that answers. */
    private static final class Answers implements Endpoint {

        @Override
        public void mount(Vertx vertx, Router router) {
            router.get("/").handler(request -> request.response().end("{}"));
        }
    }

    /** Requests the URL of the server. */
    private interface Client {
        int status(String url) throws Exception;
    }

    @BeforeEach
    void issue() throws IOException, InterruptedException {
        certificates = new Certificates(folder);
        certificates.authority("authority");
        certificates.sign("server", "server", "serverAuth", "authority");
    }

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        if (server != null) {
            server.destroy();
        }
        SSLContext.setDefault(before);
    }

    @Test
    void everyKindOfClientTrustsTheAuthority() {
        start("server");
        Tls.trust(file("server", "ca.crt"));

        assertThat(clients()).allSatisfy(client -> assertThat(client.status(url("localhost"))).isEqualTo(200));
    }

    @Test
    void anotherNameIsRefused() throws Exception {
        certificates.sign("other", "server", "serverAuth", "authority", "store");
        start("other");
        Tls.trust(file("server", "ca.crt"));

        assertThat(clients()).allSatisfy(client -> assertThatThrownBy(() -> client.status(url("localhost"))).satisfies(HttpsTest::isRefusal));
    }

    @Test
    void anotherAuthorityIsRefused() throws Exception {
        certificates.authority("other");
        certificates.sign("forged", "server", "serverAuth", "other");
        start("forged");
        Tls.trust(file("server", "ca.crt"));

        assertThat(clients()).allSatisfy(client -> assertThatThrownBy(() -> client.status(url("localhost"))).satisfies(HttpsTest::isRefusal));
        assertThatThrownBy(() -> get(HttpClient.newBuilder().sslContext(Tls.toAnyProcess()).build(), url("localhost"))).satisfies(HttpsTest::isRefusal);
    }

    @Test
    void aProcessIsReachedByItsAddressToo() throws Exception {
        start("server");
        Tls.trust(file("server", "ca.crt"));

        assertThat(get(HttpClient.newBuilder().sslContext(Tls.toAnyProcess()).build(), url("127.0.0.1"))).isEqualTo(200);
        assertThatThrownBy(() -> get(HttpClient.newHttpClient(), url("127.0.0.1"))).satisfies(HttpsTest::isRefusal);
    }

    @Test
    void aProcessReachesItselfWhateverItsCertificate() throws Exception {
        certificates.sign("other", "server", "serverAuth", "authority", "store");
        start("other");

        assertThat(new Pulse(url("localhost")).call()).isEmpty();
        // the server refuses the method, so that it was reached
        await().ignoreExceptions().untilAsserted(() -> WarmUp.refusedPost(url("localhost"), null).run());
    }

    @Test
    void plainTextIsNotAnswered() {
        start("server");

        assertThatThrownBy(() -> get(HttpClient.newHttpClient(), url("localhost").replace("https", "http"))).isInstanceOf(IOException.class);
    }

    @Test
    void aNewCertificateOfANewAuthorityIsUsedByTheNextConnection() throws Exception {
        start("server");
        Tls.trust(file("server", "ca.crt"));
        BigInteger old = presented();
        assertThat(presented()).isEqualTo(old);

        certificates.authority("next");
        certificates.sign("renewed", "server", "serverAuth", "next");
        for (String renewed : List.of("tls.crt", "tls.key")) {
            move(renewed);
        }

        assertThat(presented()).isNotEqualTo(old);
        HttpClient client = HttpClient.newBuilder().sslContext(Tls.toAnyProcess()).build();
        assertThatThrownBy(() -> get(client, url("localhost"))).satisfies(HttpsTest::isRefusal);
        move("ca.crt");
        assertThat(clients()).allSatisfy(each -> assertThat(each.status(url("localhost"))).isEqualTo(200));
    }

    @Test
    void aCertificateIsNotUsedBeforeItsKeyIsThere() throws Exception {
        start("server");
        BigInteger old = presented();
        certificates.sign("renewed", "server", "serverAuth", "authority");

        move("tls.crt");
        assertThat(presented()).isEqualTo(old);
        move("tls.key");
        assertThat(presented()).isNotEqualTo(old);
    }

    @Test
    void aServerDoesNotStartWithTheKeyOfAnotherCertificate() throws Exception {
        certificates.sign("other", "server", "serverAuth", "authority");

        assertThatThrownBy(() -> Tls.certificate(file("server", "tls.crt"), file("other", "tls.key"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("phone82.tls.certificate with phone82.tls.key cannot be used");
        assertThatThrownBy(() -> Tls.trust(file("server", "tls.key"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("phone82.tls.authorities cannot be used");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "tls.crt"})
    void authoritiesWithoutACertificateTrustNobody(String text) throws Exception {
        start("server");
        String authorities = file("server", "ca.crt");
        Tls.trust(authorities);
        SSLContext trusting = Tls.toAnyProcess();

        Files.writeString(Path.of(authorities), text);

        assertThat(get(HttpClient.newBuilder().sslContext(trusting).build(), url("127.0.0.1"))).as("the former content").isEqualTo(200);
        assertThatThrownBy(() -> Tls.trust(authorities)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("phone82.tls.authorities cannot be used");
        assertThatThrownBy(() -> Tls.certificate(authorities, file("server", "tls.key"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tls.certificate(file("server", "tls.crt"), authorities)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theExpiryOfACertificateIsKnown() {
        // openssl made it for two days
        assertThat(Tls.secondsLeft(file("server", "tls.crt"))).isBetween(2 * 86_400.0 - 300, 2 * 86_400.0);
        assertThat(List.of("", file("server", "tls.key"), file("none", "tls.crt"))).allSatisfy(none -> assertThat(Tls.secondsLeft(none)).isNaN());
    }

    @Test
    void aHandshakeMustEndInTime() throws IOException {
        start("server");
        try (Socket silent = new Socket("localhost", server.address().getPort())) {
            silent.setSoTimeout(8_000);

            assertThat(silent.getInputStream().read()).as("closed before the timeout of Netty, 10 s").isEqualTo(-1);
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void plainTextAfterTheHandshakeEndsTheConnectionWithoutAWarning(CapturedOutput log) throws IOException {
        start("server");
        try (Socket plain = new Socket("localhost", server.address().getPort());
             SSLSocket encrypted = (SSLSocket) Tls.toItself().getSocketFactory().createSocket(plain, "localhost", server.address().getPort(), true)) {
            encrypted.startHandshake();
            plain.setSoTimeout(8_000);
            plain.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));

            plain.getInputStream().readAllBytes();
        }
        assertThat(log.getAll()).doesNotContain("WARN", "SSLException", "NotSslRecord");
    }

    private void move(String renewed) throws IOException {
        Files.move(folder.resolve("renewed").resolve(renewed), folder.resolve("server").resolve(renewed), ATOMIC_MOVE);
    }

    private String file(String secret, String name) {
        return folder.resolve(secret).resolve(name).toString();
    }

    private void start(String secret) {
        server = new HttpServer("127.0.0.1", 0, new HttpLimits(1, 4, 100, 100, 8, 4096, 8192, 65536, 2, 10, 60), Set.of(), new Hosts("app", Set.of()), false,
                new ClientAddresses(List.of()), List.of(), List.of(new Answers()), new SimpleMeterRegistry(), true, new RequestAudit(() -> null, "app"),
                Tls.certificate(file(secret, "tls.crt"), file(secret, "tls.key")));
        server.prepare();
        server.listen();
        assertThat(server.scheme()).isEqualTo("https");
    }

    private String url(String host) {
        return "https://" + host + ":" + server.address().getPort() + "/";
    }

    /** The serial number of the certificate that a new client sees. */
    private BigInteger presented() throws IOException {
        try (SSLSocket socket = (SSLSocket) Tls.toItself().getSocketFactory().createSocket("localhost", server.address().getPort())) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
        }
    }

    private List<Client> clients() {
        return List.of(url -> get(HttpClient.newHttpClient(), url),
                url -> {
                    HttpsURLConnection connection = (HttpsURLConnection) URI.create(url).toURL().openConnection();
                    // its own default is Java's at the time of the first connection of the JVM
                    connection.setSSLSocketFactory(Tls.defaultContext().getSocketFactory());
                    return connection.getResponseCode();
                },
                url -> vertx.createHttpClient(Tls.trusting(new HttpClientOptions())).request(new RequestOptions().setMethod(HttpMethod.GET).setAbsoluteURI(url))
                        .compose(request -> request.send()).toCompletionStage().toCompletableFuture().get().statusCode());
    }

    private static int get(HttpClient client, String url) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.discarding()).statusCode();
    }

    private static void isRefusal(Throwable failure) {
        assertThat(failure instanceof ExecutionException ? failure.getCause() : failure).isInstanceOf(SSLException.class);
    }
}
