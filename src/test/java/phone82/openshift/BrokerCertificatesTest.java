package phone82.openshift;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Session;
import org.apache.activemq.artemis.core.config.FileDeploymentManager;
import org.apache.activemq.artemis.core.config.impl.FileConfiguration;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import phone82.journey.Certificates;
import phone82.journey.Phone82Extension;
import phone82.openshift.Manifests.Workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.security.auth.login.Configuration;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static phone82.openshift.Manifests.each;

/** The broker of the production overlays, with its files and the URLs of its clients as they are deployed, and certificates like cert-manager's. */
class BrokerCertificatesTest {

    private static final String LOGIN_CONFIG = "java.security.auth.login.config";
    private static final List<String> CONTEXTS = List.of("app", "pay", "store", "customer");
    private static final Map<String, String> QUEUES = Map.of("pay", "phone82.app.*::pay", "store", "phone82.pay.*::store", "app", "phone82.*.*::app",
            "customer", "phone82.#::customer");

    @TempDir
    private Path folder;
    private Certificates certificates;
    private Manifests manifests;
    private int port;
    private EmbeddedActiveMQ broker;

    @AfterEach
    void stop() throws Exception {
        if (broker != null) {
            broker.stop();
        }
        System.clearProperty(LOGIN_CONFIG);
        Configuration.setConfiguration(null);
    }

    @ParameterizedTest
    @EnumSource(names = {"PROD", "PROD_HA"})
    void aCertificateGivesExactlyTheRightsOfItsContext(Project project) throws Exception {
        start(project);
        for (String context : CONTEXTS) {
            // the name and the password that a client sends do not matter, not even if the broker has just seen them from another
            for (String name : List.of(context, "operator")) {
                for (String topic : List.of("phone82.app.Ordered", "phone82.pay.PayCompleted", "phone82.store.Shipped")) {
                    expect(topic.startsWith("phone82." + context + "."), context + " sends to " + topic, context, name, session ->
                            session.createProducer(session.createTopic(topic)).send(session.createTextMessage("{}")));
                }
                for (String reader : CONTEXTS) {
                    expect(reader.equals(context), context + " reads what is for " + reader, context, name, session ->
                            session.createConsumer(session.createQueue(QUEUES.get(reader))));
                    expect(reader.equals(context), context + " reads the dead letters of " + reader, context, name, session ->
                            session.createConsumer(session.createQueue("dead-letters." + reader + "::dead-letters." + reader)));
                }
            }
        }
    }

    private interface Deed {
        void with(Session session) throws JMSException;
    }

    private void expect(boolean allowed, String what, String context, String name, Deed deed) throws JMSException {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url(context, context));
             Connection connection = factory.createConnection(name, "any")) {
            Session session = connection.createSession();
            try {
                deed.with(session);
                assertThat(allowed).as(what).isTrue();
            } catch (JMSSecurityException e) {
                assertThat(allowed).as(what).isFalse();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PROD", "PROD_HA"})
    void nobodyElseLogsIn(Project project) throws Exception {
        start(project);
        connects(url("app", "app"));

        refuses(url("app", "app").replaceAll("keyStore\\w+=[^&]*&", ""), "no certificate");
        refuses("tcp://localhost:" + port, "no TLS");
        refuses(url("app", "artemis"), "a server's certificate");

        certificates.sign("stranger", "stranger", "clientAuth", "authority");
        refuses(url("app", "stranger"), "a certificate of no user");

        certificates.authority("other");
        certificates.sign("forged", "app", "clientAuth", "other");
        Files.copy(folder.resolve("app/ca.crt"), folder.resolve("forged/ca.crt"), REPLACE_EXISTING);
        refuses(url("app", "forged"), "a certificate of another authority");

        certificates.sign("careful", "app", "clientAuth", "authority");
        Files.copy(folder.resolve("other.crt"), folder.resolve("careful/ca.crt"), REPLACE_EXISTING);
        refuses(url("app", "careful"), "a broker of another authority");
    }

    @ParameterizedTest
    @EnumSource(names = {"PROD", "PROD_HA"})
    void newCertificatesOfANewAuthorityAreUsedWithoutARestart(Project project) throws Exception {
        start(project);
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url("app", "app")); Connection before = factory.createConnection("app", "any")) {
            Path old = Files.createDirectories(folder.resolve("old"));
            Files.copy(folder.resolve("app/tls-combined.pem"), old.resolve("tls-combined.pem"));

            renew();

            await().ignoreExceptions().untilAsserted(() -> factory.createConnection("app", "any").close());
            Files.copy(folder.resolve("app/ca.crt"), old.resolve("ca.crt"));
            refuses(url("app", "old"), "the old certificate");
            try (Session session = before.createSession()) {
                assertThat(session.createTextMessage("x")).isNotNull();
            }
        }
    }

    /** Moves complete files into place, as the kubelet does. No process is created meanwhile: for a moment it would hold the broker's port, too. */
    private void renew() throws Exception {
        Certificates next = new Certificates(Files.createDirectories(folder.resolve("next")));
        next.issue(CONTEXTS);
        for (String secret : List.of("artemis", "app")) {
            for (String file : List.of("tls-combined.pem", "ca.crt")) {
                Files.move(next.folder().resolve(secret).resolve(file), folder.resolve(secret).resolve(file), ATOMIC_MOVE);
            }
        }
    }

    private void start(Project project) throws Exception {
        ((Logger) LoggerFactory.getLogger("org.apache.activemq")).setLevel(Level.WARN);
        manifests = project.manifests(Path.of(""));
        port = Phone82Extension.freePort();
        certificates = new Certificates(folder);
        certificates.issue(CONTEXTS);
        if (project == Project.PROD) {
            writeFiles();
        } else {
            writeLikeOperator();
        }
        FileConfiguration configuration = new FileConfiguration();
        FileDeploymentManager files = new FileDeploymentManager(folder.resolve("etc/broker.xml").toUri().toURL().toString());
        files.addDeployable(configuration);
        files.readConfiguration();
        configuration.setBrokerInstance(folder.resolve("data").toFile());
        configuration.setConfigurationFileRefreshPeriod(100);
        System.setProperty(LOGIN_CONFIG, folder.resolve("etc/login.config").toString());
        Configuration.setConfiguration(null);
        broker = new EmbeddedActiveMQ().setConfiguration(configuration).setPropertiesResourcePath(folder.resolve("etc/broker.properties").toString())
                .setSecurityManager(new ActiveMQJAASSecurityManager("activemq"));
        broker.start();
        assertThat(configuration.getStatus()).contains("\"errors\":[]");
    }

    private void writeFiles() throws IOException {
        Workload artemis = manifests.workloads().stream().filter(each -> each.name().equals("artemis")).findFirst().orElseThrow();
        for (JsonNode source : artemis.pod().path("volumes").findValues("configMap")) {
            for (Map.Entry<String, String> file : manifests.data("ConfigMap", source.path("name").asText()).entrySet()) {
                etc(file.getKey(), file.getKey().equals("broker.properties") ? file.getValue() + atPort() : file.getValue());
            }
        }
    }

    private void writeLikeOperator() throws IOException {
        for (Map.Entry<String, String> file : manifests.data("Secret", "artemis-jaas-config").entrySet()) {
            etc(file.getKey(), file.getValue());
        }
        JsonNode spec = manifests.find("ActiveMQArtemis", "artemis-a").orElseThrow().path("spec");
        etc("broker.xml", """
                <configuration xmlns="urn:activemq"><core xmlns="urn:activemq:core"><acceptors>%s</acceptors></core></configuration>
                """.formatted(each(spec.path("acceptors")).map(acceptor -> "<acceptor name='%s'>tcp://localhost:%s?protocols=%s</acceptor>"
                .formatted(acceptor.path("name").asText(), acceptor.path("port").asText(), acceptor.path("protocols").asText())).collect(Collectors.joining())));
        etc("broker.properties", each(spec.path("brokerProperties")).map(line -> line.asText() + "\n").collect(Collectors.joining()) + atPort());
    }

    private String atPort() {
        return "acceptorConfigurations.artemis.params.port=" + port + "\n";
    }

    /** Writes a file of the broker's configuration, with the folders of the pods replaced by those of the test. */
    private void etc(String file, String text) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("etc")).resolve(file), text.replace("/etc/broker", folder + "/artemis")
                .replace("/amq/extra/secrets/broker-artemis", folder + "/artemis").replace("/amq/extra/secrets/artemis-jaas-config", folder + "/etc")
                .replace("/opt/amq-broker/data", folder + "/data"));
    }

    /** The URL of a context with the certificate of another folder. */
    private String url(String context, String certificate) {
        return manifests.workloads().stream().filter(each -> each.name().equals(context)).map(each -> manifests.environment(each.container()).get("PHONE82_BROKER_URL"))
                .findFirst().orElseThrow().replace("artemis:61616", "localhost:" + port).replace("/etc/broker", folder + "/" + certificate);
    }

    private static void connects(String url) throws JMSException {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url); Connection connection = factory.createConnection("app", "any")) {
            assertThat(connection.createSession()).isNotNull();
        }
    }

    /** A client with TLS 1.3 does not see a refusal of its certificate: it waits for an answer. */
    private static void refuses(String url, String what) {
        assertThatThrownBy(() -> connects(url + (url.contains("?") ? "&" : "?") + "callTimeout=1000")).as(what).isInstanceOf(JMSException.class);
    }
}
