package phone82.journey;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Session;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.Context;
import phone82.Phone82;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Permissions of the broker's users: a forbidden action fails, is logged in one line and affects no other user. */
@ExtendWith(OutputCaptureExtension.class)
class BrokerUsersTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER));

    private static final int GUESSES = 6;

    private final ExecutorService guessers = Executors.newFixedThreadPool(GUESSES);

    @AfterEach
    void stopGuessing() {
        guessers.shutdownNow();
    }

    @ParameterizedTest
    @CsvSource({
            "pay,      phone82.app.Ordered,           phone82.app.Ordered",
            "app,      phone82.store.Shipped,         phone82.store.Shipped",
            "customer, phone82.app.Ordered,           phone82.app.Ordered",
            "operator, phone82.app.Ordered,           phone82.app.Ordered",
            "pay,      phone82.*.*,                   phone82.*.*",
            "pay,      dead-letters.store,            dead-letters.store"})
    void aContextSendsToItsOwnTopicsOnly(String user, String topic, String expected, CapturedOutput output) {
        assertThatThrownBy(() -> as(user, "demo-" + user, session ->
                session.createProducer(session.createTopic(topic)).send(session.createTextMessage("{}"))))
                .isInstanceOf(JMSSecurityException.class);

        assertThat(refusals(output)).singleElement().asString().contains("user " + user + ":", "to send at " + expected);
    }

    @ParameterizedTest
    @CsvSource({
            "pay,      phone82.pay.*::store",
            "store,    phone82.*.*::app",
            "app,      phone82.#::customer",
            "operator, phone82.app.*::pay",
            "app,      dead-letters.pay::dead-letters.pay"})
    void aContextReadsItsOwnSubscriptionOnly(String user, String subscription, CapturedOutput output) {
        assertThatThrownBy(() -> as(user, "demo-" + user, session -> session.createConsumer(session.createQueue(subscription))))
                .isInstanceOf(JMSSecurityException.class);

        assertThat(refusals(output)).singleElement().asString().contains("user " + user + ":", "to consume at " + subscription);
    }

    @Test
    void aSubscriptionCannotBePurged() {
        String event = UUID.randomUUID().toString();
        PHONE82.topics().send("pay.PayCompleted", 1, event);

        assertThatThrownBy(() -> as("pay", "demo-pay", session -> session.createConsumer(session.createQueue("phone82.pay.*::store"))))
                .isInstanceOf(JMSSecurityException.class);

        assertThat(PHONE82.topics().readUntilSilent("store", "phone82.pay.*::store")).singleElement()
                .satisfies(message -> assertThat(message.getStringProperty("cloudEvents_id")).isEqualTo(event));
    }

    @Test
    void noUserCreatesQueuesOrManagesTheBroker() {
        assertThatThrownBy(() -> as("pay", "demo-pay", session -> session.createConsumer(session.createQueue("phone82.pay.PayCompleted::mine"))))
                .isInstanceOf(JMSException.class);
        assertThatThrownBy(() -> as("pay", "demo-pay", session ->
                session.createSharedDurableConsumer(session.createTopic("phone82.app.Ordered"), "mine"))).isInstanceOf(JMSException.class);
        assertThatThrownBy(() -> as("pay", "demo-pay", session ->
                session.createProducer(session.createQueue("activemq.management")).send(session.createMessage()))).isInstanceOf(JMSSecurityException.class);
    }

    @ParameterizedTest
    @CsvSource({
            "store, wrong,      user store",
            "mallory, mallory,  user mallory",
            "ACTIVEMQ.CLUSTER.ADMIN.USER, guess, user ACTIVEMQ.CLUSTER.ADMIN.USER",
            ",,                 a client"})
    void anUnknownUserIsRefused(String user, String password, String expected, CapturedOutput output) {
        assertThatThrownBy(() -> as(user, password, session -> session.createTextMessage("x"))).isInstanceOf(JMSSecurityException.class);

        assertThat(refusals(output)).singleElement().asString().contains("Refused " + expected + " from 127.0.0.1:");
    }

    /** The broker's own user may do everything; a standalone broker does not need it. */
    @Test
    void theBrokersOwnUserHasNoWellKnownPassword() {
        assertThatThrownBy(() -> as("ACTIVEMQ.CLUSTER.ADMIN.USER", "CHANGE ME!!", session -> session.createTextMessage("x")))
                .isInstanceOf(JMSSecurityException.class);
    }

    @Test
    void failedLoginsAreLimitedToOneASecondAndDelayNoOthers(CapturedOutput output) throws JMSException {
        long start = System.nanoTime();
        List<CompletableFuture<Duration>> guesses = IntStream.range(0, GUESSES).mapToObj(guess -> CompletableFuture.supplyAsync(() -> {
            assertThatThrownBy(() -> as("pay", "guess-" + guess, session -> { })).isInstanceOf(JMSSecurityException.class);
            return Duration.ofNanos(System.nanoTime() - start);
        }, guessers)).toList();
        await().until(() -> refusals(output).size() == GUESSES);

        as("pay", "demo-pay", session -> session.createTextMessage("x"));
        assertThat(guesses).as("a login does not wait for them").filteredOn(guess -> !guess.isDone()).hasSizeGreaterThan(1);
        assertThat(guesses).noneMatch(guess -> guess.isDone() && guess.join().toMillis() < 900);
        assertThat(guesses.stream().map(CompletableFuture::join).sorted().toList()).last()
                .satisfies(last -> assertThat(last).isGreaterThan(Duration.ofMillis(GUESSES * 1000 - 100)));
    }

    @Test
    void aUserNameForgesNoLogLine(CapturedOutput output) {
        assertThatThrownBy(() -> as("mallory\r\n12:00:00.000 WARN  broker - - - BrokerSecurityManager: Refused user admin\u001b[2J\u0085", "x", session -> { }))
                .isInstanceOf(JMSSecurityException.class);

        assertThat(refusals(output)).singleElement().asString().contains("Refused user mallory\\r\\n12:00:00.000 WARN")
                .contains("user admin\\u001b[2J\\u0085 from 127.0.0.1:");
        assertThat(output).doesNotContain("\u001b");
    }

    @Test
    void aContextWithAWrongPasswordDoesNotStartAndReportsIt(CapturedOutput output) {
        String[] options = Stream.of(PHONE82.arguments())
                .map(argument -> argument.startsWith("--phone82.store.broker-password=") ? "--phone82.store.broker-password=stale" : argument).toArray(String[]::new);

        assertThatThrownBy(() -> Phone82.start(EnumSet.of(Context.STORE), options)).hasMessageNotContaining("\n")
                .hasMessageContaining("store: the broker at tcp://localhost:").hasMessageContaining("refuses user store; set phone82.store.broker-password");

        assertThat(refusals(output)).singleElement().asString().contains("Refused user store from 127.0.0.1:");
    }

    private interface Deed {
        void with(Session session) throws JMSException;
    }

    private static void as(String user, String password, Deed deed) throws JMSException {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(PHONE82.topics().url());
             Connection connection = factory.createConnection(user, password)) {
            deed.with(connection.createSession());
        }
    }

    private static List<String> refusals(CapturedOutput output) {
        assertThat(output).doesNotContain("\tat ").doesNotContain("ERROR");
        return output.toString().lines().filter(line -> line.contains("Refused")).toList();
    }
}
