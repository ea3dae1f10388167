package phone82.operations;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import phone82.Stub;
import phone82.journey.Certificates;
import phone82.journey.DrippingServer;
import phone82.journey.DrippingServer.Kind;
import phone82.operations.Peers.ProcessReport;
import phone82.operations.Trends.Trend;
import phone82.platform.tls.Tls;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/** Processes that find each other for the operator's page, each at a port of its own. */
class PeersTest {

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();
    private List<String> certificate = List.of();

    @AfterEach
    void close() {
        processes.forEach(Process::close);
    }

    @Test
    void processesOnOneMachineFindEachOther() throws Exception {
        Process store = start(List.of(), "", "store");
        Process others = start(List.of(), "", "app", "pay");

        assertThat(others.ask()).extracting(ProcessReport::at, ProcessReport::here).containsExactlyInAnyOrder(tuple(others.at(), true), tuple(store.at(), false));
        await().untilAsserted(() -> assertThat(others.ask()).allSatisfy(process -> assertThat(process.error()).isNull()));
        assertThat(others.processAt(store).health().at("/components/store/status").asText()).isEqualTo("UP");
        assertThat(others.processAt(store).metrics()).contains("phone82_dead_letters").doesNotContain("jvm_");
        assertThat(store.processAt(others).health().get("components").fieldNames()).toIterable().containsExactly("app", "pay");
    }

    @Test
    void anUnreachableProcessIsReportedUntilItRunsElsewhere() throws Exception {
        Process store = start(List.of(), "", "store");
        Process app = start(List.of(), "", "app");
        store.close();
        assertThat(app.processAt(store)).isEqualTo(new ProcessReport(store.at(), false, List.of("store"), null, null, "unreachable"));

        Process again = start(List.of(), "", "store", "pay");
        assertThat(app.ask()).extracting(ProcessReport::at).containsExactlyInAnyOrder(app.at(), again.at());
    }

    @Test
    void aConfiguredRemoteProcessIsReported() throws Exception {
        Process store = start(List.of(URI.create("http://127.0.0.1:1")), "secret", "store");
        Process app = start(List.of(store.at()), "secret", "app");
        start(List.of(), "secret", "pay");

        assertThat(app.ask()).extracting(ProcessReport::at).containsExactly(app.at(), store.at());
        await().untilAsserted(() -> assertThat(app.processAt(store).error()).isNull());
    }

    @Test
    void aProcessIsAskedOverTlsAndSentThePasswordOnlyIfItsCertificateIsOfOurAuthority() throws Exception {
        SSLContext before = SSLContext.getDefault();
        try {
            Certificates certificates = new Certificates(folder);
            certificates.authority("ours");
            certificates.authority("other");
            certificates.sign("store", "store", "serverAuth", "ours", "store");
            certificates.sign("pay", "pay", "serverAuth", "other", "pay");
            Tls.trust(folder.resolve("ours.crt").toString());
            Process store = startWith("store", List.of());
            Process pay = startWith("pay", List.of());
            Process app = startWith("store", List.of(store.at(), pay.at()));

            assertThat(app.at().getScheme()).isEqualTo("https");
            // the first handshakes of a JVM may take longer than an answer may
            await().untilAsserted(() -> {
                assertThat(app.processAt(store).error()).isNull();
                assertThat(app.processAt(app).error()).isNull();
                assertThat(app.processAt(pay).error()).contains("SSLHandshakeException");
            });
        } finally {
            SSLContext.setDefault(before);
        }
    }

    private Process startWith(String certificate, List<URI> named) {
        Path secret = folder.resolve(certificate);
        this.certificate = List.of("--phone82.tls.certificate=" + secret.resolve("tls.crt"), "--phone82.tls.key=" + secret.resolve("tls.key"));
        return start(named, "secret", "app");
    }

    @Test
    void aProcessInTheListOfAnotherIsAskedOnce() throws Exception {
        Process store = start(List.of(), "", "store");
        URI named = URI.create("http://localhost:" + store.at().getPort());
        Peers peers = new Peers(List.of(named), null, new Operators("operator", ""));
        peers.announce(store.at(), List.of("store"));

        assertThat(peers.ask().get(10, TimeUnit.SECONDS)).extracting(ProcessReport::at, ProcessReport::here).containsExactly(tuple(store.at(), true));
    }

    @Test
    void aProcessWithAnotherPasswordIsNotRead() throws Exception {
        Process store = start(List.of(), "other", "store");
        Process app = start(List.of(store.at()), "secret", "app");

        await().untilAsserted(() -> assertThat(app.processAt(store).error()).isEqualTo("it has another password"));
        assertThat(app.processAt(store).health()).isNull();
    }

    @Test
    void aWrongPasswordIsTriedOnce() throws Exception {
        Process store = start(List.of(), "other", "store");
        Process app = start(List.of(store.at()), "secret", "app");
        for (int i = 0; i < 2 * LoginThrottle.FREE; i++) {
            assertThat(app.processAt(store).error()).isEqualTo("it has another password");
        }

        assertThat(start(List.of(store.at()), "other", "pay").processAt(store).error()).isNull();
    }

    @Test
    void onlyTheOwnerCanReadThePasswordOfAFile() throws Exception {
        start(List.of(), "secret", "store");

        assertThat(Files.readAllLines(folder.resolve("operations/store"))).hasSize(2).doesNotContain("secret");
        assertThat(Files.getPosixFilePermissions(folder.resolve("operations/store"))).containsExactlyInAnyOrder(OWNER_READ, OWNER_WRITE);
    }

    @Test
    void nobodyLearnsThePasswordAtThePortOfAProcessThatHasStopped() throws Exception {
        Process store = start(List.of(), "secret", "store");
        Process app = start(List.of(), "secret", "app");
        await().untilAsserted(() -> assertThat(app.processAt(store).error()).isNull());
        store.close();
        List<String> heard = new CopyOnWriteArrayList<>();
        try (Stub stranger = new Stub(store.at().getPort())) {
            stranger.on("/", request -> {
                heard.addAll(request.getRequestHeaders().getOrDefault("Authorization", List.of()));
                Stub.answer(request, 200);
            });
            app.ask();
            app.port.bean(Peers.class).trends().get(10, TimeUnit.SECONDS);
        }

        assertThat(heard).isNotEmpty().doesNotContain(phone82.platform.identity.OperatorsPort.authorization("operator", "secret"));
    }

    @Test
    void aHangingProcessDelaysNoOther() throws Exception {
        try (ServerSocket hanging = new ServerSocket(0, 1, HERE)) {
            URI at = URI.create("http://127.0.0.1:" + hanging.getLocalPort());
            Process app = start(List.of(at), "", "app");
            long began = System.nanoTime();

            assertThat(app.ask()).extracting(ProcessReport::at, ProcessReport::error).containsExactly(tuple(app.at(), null), tuple(at, "no answer in time"));
            // a client would wait for ever
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @ParameterizedTest
    @CsvSource({"HEAD,no answer in time", "BODY,no answer in time", "LONG_BODY,java.io.IOException: the answer has more than 16777216 bytes"})
    void aProcessThatDoesNotEndItsAnswersDelaysNoOther(Kind kind, String error) throws Exception {
        try (DrippingServer slow = new DrippingServer(kind)) {
            URI at = URI.create(slow.url().replace("localhost", "127.0.0.1"));
            Process app = start(List.of(at), "", "app");

            assertThat(app.ask()).extracting(ProcessReport::at, ProcessReport::error).containsExactly(tuple(app.at(), null), tuple(at, error));
            await("the connections are closed").until(() -> slow.open() == 0);
        }
    }

    @Test
    void theTrendsOfAllProcessesAreRead() throws Exception {
        Process store = start(List.of(), "", "store");
        Process app = start(List.of(), "", "app");

        await().until(() -> store.port.bean(Peers.class).trends().get(10, TimeUnit.SECONDS).get(0).last() > 0);
        assertThat(app.port.bean(Peers.class).trends().get(10, TimeUnit.SECONDS)).hasSize(1);
        store.close();
        assertThat(app.port.bean(Peers.class).trends().get(10, TimeUnit.SECONDS)).as("it has stopped").containsExactly(Trend.NONE);
    }

    private Process start(List<URI> named, String password, String... contexts) {
        Process process = new Process(named, password, contexts);
        processes.add(process);
        return process;
    }

    private final class Process implements AutoCloseable {

        private final OperatorsPort port;
        private final URI at;

        private Process(List<URI> named, String password, String... contexts) {
            port = new OperatorsPort(List.of(contexts), Stream.concat(certificate.stream(), Stream.of("--phone82.data=" + folder, "--phone82.operations.password=" + password,
                    "--phone82.operations.peers=" + named.stream().map(URI::toString).collect(Collectors.joining(",")))).toArray(String[]::new));
            port.bean(PrometheusMeterRegistry.class).gauge("phone82.dead.letters", 0);
            at = port.operations().url();
        }

        URI at() {
            return at;
        }

        List<ProcessReport> ask() throws Exception {
            return port.bean(Peers.class).ask().get(10, TimeUnit.SECONDS);
        }

        ProcessReport processAt(Process other) throws Exception {
            return ask().stream().filter(each -> each.at().equals(other.at())).findFirst().orElseThrow();
        }

        @Override
        public void close() {
            port.close();
        }
    }
}
