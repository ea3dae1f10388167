package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.Session;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.Context;

import java.io.ObjectInputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Malicious messages of a broker user: they become dead letters and have no other effect. */
@ExtendWith(OutputCaptureExtension.class)
class HostileEventsTest {

    private static final String PAID = "phone82.pay.PayCompleted";
    private static final String BROKEN = "{\"orderId\":";

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.APP, Context.PAY, Context.STORE, Context.CUSTOMER),
            "--phone82.store.dispatch-delay=0s", "--phone82.events.attempts=1");

    /** Must never be deserialized. */
    private static final class Trap implements Serializable {

        private static volatile boolean sprung;

        private void readObject(ObjectInputStream in) {
            sprung = true;
        }
    }

    /** The kinds of non-event messages, with the cause that an operator reads. */
    enum Kind {
        OBJECT("ObjectMessage") {
            @Override
            Message of(Session session) throws JMSException {
                return session.createObjectMessage(new Trap());
            }
        },
        BYTES("BytesMessage") {
            @Override
            Message of(Session session) throws JMSException {
                BytesMessage message = session.createBytesMessage();
                message.writeBytes(BROKEN.getBytes());
                return message;
            }
        },
        MAP("MapMessage") {
            @Override
            Message of(Session session) throws JMSException {
                MapMessage message = session.createMapMessage();
                message.setString("orderId", "1");
                return message;
            }
        },
        STREAM("StreamMessage") {
            @Override
            Message of(Session session) throws JMSException {
                return session.createStreamMessage();
            }
        },
        NONE("Message") {
            @Override
            Message of(Session session) throws JMSException {
                return session.createMessage();
            }
        };

        private final String name;

        Kind(String name) {
            this.name = name;
        }

        abstract Message of(Session session) throws JMSException;
    }

    @ParameterizedTest
    @EnumSource
    void aNonTextMessageIsADeadLetterAndNotDeserialized(Kind kind) throws JMSException {
        String event = send("pay", PAID, kind::of);

        for (Context context : List.of(Context.STORE, Context.CUSTOMER)) {
            JsonNode letter = letterOf(context, event);
            assertThat(letter.get("cause").asText()).isEqualTo("IllegalArgumentException: an event is a TextMessage, not a " + kind.name);
            if (kind == Kind.BYTES) {
                assertThat(letter.get("body").asText()).isEqualTo(BROKEN);
            }
            PHONE82.shop(context).post("/dead-letters/" + letter.get("id").asText() + "/replay", "").expect(409);
            letterOf(context, event);
        }
        assertThat(Trap.sprung).as("made an object of").isFalse();
    }

    @Test
    void aTextMessageWithoutTextIsADeadLetter() throws JMSException {
        String event = send("pay", PAID, Session::createTextMessage);

        assertThat(letterOf(Context.STORE, event).get("cause").asText()).endsWith("an event has a JSON body");
        assertThat(letterOf(Context.CUSTOMER, event).get("body").asText()).isEmpty();
    }

    /** The broker checks the address, so a context could otherwise send the events of others. */
    @ParameterizedTest
    @CsvSource({
            "store, phone82.store.Shipped, phone82.app.LinkEnded,    CUSTOMER",
            "store, phone82.store.Shipped, phone82.pay.PayCancelled, APP",
            "pay,   phone82.pay.PayCompleted, phone82.app.Ordered,   CUSTOMER"})
    void anEventOfAnotherContextIsADeadLetterAlsoWhenReplayed(String sender, String address, String type, Context receiver) throws JMSException {
        String event = UUID.randomUUID().toString();
        PHONE82.topics().sendAs(sender, address, type, 4711, event, "{\"orderId\":4711,\"owner\":\"mallory\",\"item\":\"note20\",\"qty\":1,\"amount\":1}");

        JsonNode letter = letterOf(receiver, event);
        assertThat(letter.get("cause").asText()).isEqualTo("IllegalArgumentException: an event of this type is not sent to " + address);
        PHONE82.shop(receiver).post("/dead-letters/" + letter.get("id").asText() + "/replay", "").expect(409);
        assertThat(letterOf(receiver, event).get("cause").asText()).contains("is not sent to");
        PHONE82.shop(Context.CUSTOMER).get("/history/4711").expect(404);
    }

    /** The broker moves an event with all its properties if its context does not respond. */
    @Test
    void anEventOfAnotherContextThatTheBrokerHasMovedStaysADeadLetter() throws JMSException {
        String event = send("customer", "dead-letters.customer", session -> {
            Message message = session.createTextMessage("{\"orderId\":4712,\"owner\":\"mallory\"}");
            message.setStringProperty("cloudEvents_type", "phone82.app.LinkEnded");
            message.setStringProperty("deadLetter_address", "phone82.app.LinkEnded");
            message.setStringProperty("_AMQ_ORIG_ADDRESS", "phone82.store.Shipped");
            return message;
        });

        String replay = "/dead-letters/" + letterOf(Context.CUSTOMER, event).get("id").asText() + "/replay";
        assertThat(PHONE82.shop(Context.CUSTOMER).post(replay, "").expect(409).body().get("detail").asText()).contains("is not sent to phone82.store.Shipped");
    }

    /** camel-jms takes a header of this name, in any case, as the next destination. */
    @Test
    void messagePropertiesDoNotControlCamel() throws JMSException {
        String event = send("app", "phone82.app.Ordered", session -> {
            Message message = session.createTextMessage(BROKEN);
            message.setStringProperty("CAMELJmsDestinationName", PAID);
            return message;
        });

        letterOf(Context.PAY, event);
        letterOf(Context.CUSTOMER, event);
        await().during(Duration.ofMillis(500)).untilAsserted(() -> assertThat(letters(Context.CUSTOMER))
                .filteredOn(letter -> letter.path("eventId").asText().equals(event)).as("events that the view got").hasSize(1));
    }

    @Test
    void noContextRepliesToAnEvent(CapturedOutput output) throws JMSException {
        String event = send("app", "phone82.app.Ordered", session -> {
            Message message = session.createTextMessage(BROKEN);
            message.setJMSReplyTo(session.createQueue("dead-letters.pay"));
            return message;
        });

        letterOf(Context.PAY, event);
        letterOf(Context.CUSTOMER, event);
        // each of the two may have rolled back other events of the same transaction
        assertThat(output.toString().lines().filter(line -> line.contains(event))).as("lines about it").hasSizeBetween(2, 4);
        assertThat(output).doesNotContain("ReplyManager").doesNotContain("create_non_durable_queue");
    }

    /** Messages that no JMS client sends: bodies of another type than declared, in a subscription and among the dead letters. */
    @ParameterizedTest
    @CsvSource({"3, TextMessage that cannot be read", "2, ObjectMessage", "5, MapMessage", "6, StreamMessage", "4, BytesMessage", "0, Message", "42, Message"})
    void aMalformedMessageNeitherHidesNorBlocksOthers(byte type, String cameAs) throws Exception {
        String unreadable = newId();
        try (ServerLocator locator = ActiveMQClient.createServerLocator(PHONE82.topics().url());
             ClientSessionFactory factory = locator.createSessionFactory()) {
            for (Context context : List.of(Context.PAY, Context.STORE)) {
                ClientSession session = factory.createSession(context.id(), "demo-" + context.id(), false, true, true, false, 1);
                ClientMessage message = session.createMessage(type, true);
                message.getBodyBuffer().writeByte((byte) 1);
                message.getBodyBuffer().writeInt(Integer.MAX_VALUE);
                message.putBytesProperty("cloudEvents_subject", new byte[]{0, 10, 27});
                message.putStringProperty("cloudEvents_type", PAID);
                message.putStringProperty("cloudEvents_id", unreadable);
                message.setRoutingType(RoutingType.MULTICAST);
                session.createProducer(context == Context.PAY ? PAID : "dead-letters.store").send(message);
                session.close();
            }
        }
        assertThat(letters(Context.STORE)).isNotEmpty();
        int order = 9000 + type;
        PHONE82.topics().send("pay.PayCompleted", order, newId());

        PHONE82.shop(Context.STORE).awaitStatus("/deliveries/" + order, "Shipped");
        assertThat(letterOf(Context.CUSTOMER, unreadable).get("cause").asText())
                .isEqualTo("IllegalArgumentException: an event is a TextMessage, not a " + cameAs);
        await().untilAsserted(() -> assertThat(letters(Context.STORE)).filteredOn(letter -> letter.path("eventId").asText().equals(unreadable)).hasSize(2));
    }

    @Test
    void anOversizedMessageIsNotRead() throws JMSException {
        String event = send("pay", PAID, session -> session.createTextMessage("{\"orderId\":1,\"item\":\"" + "x".repeat(1_000_000) + "\"}"));

        assertThat(letterOf(Context.STORE, event).get("cause").asText()).endsWith("not a message of more than 100 kB");
        letterOf(Context.CUSTOMER, event);
    }

    @Test
    void aPropertyForgesNoLogLine(CapturedOutput output) throws JMSException {
        String event = send("app", "phone82.app.Ordered", session -> {
            Message message = session.createTextMessage(BROKEN);
            message.setStringProperty("cloudEvents_type", "phone82.app.Ordered\r\n12:00:00.000 ERROR all is lost\u001b[2J");
            message.setStringProperty("cloudEvents_subject", "1\n12:00:00.000 ERROR all is lost\u2028\u202e");
            return message;
        });

        letterOf(Context.CUSTOMER, event);
        assertThat(output.toString().lines().filter(line -> line.contains("all is lost"))).isNotEmpty()
                .allMatch(line -> line.contains(" WARN  customer attempt-event "));
        assertThat(output).contains("\\r\\n12:00:00.000 ERROR all is lost\\u001b[2J").doesNotContain("\u001b").doesNotContain("\u2028");
    }

    private interface Writer {
        Message in(Session session) throws JMSException;
    }

    /** Sends a message, adds missing headers of the envelope, and returns the event's id. */
    private static String send(String user, String topic, Writer writer) throws JMSException {
        String id = newId();
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(PHONE82.topics().url());
             Connection connection = factory.createConnection(user, "demo-" + user)) {
            Session session = connection.createSession();
            Message message = writer.in(session);
            message.setStringProperty("cloudEvents_id", id);
            for (String[] property : new String[][]{{"type", topic}, {"subject", "1"}, {"time", "2030-01-01T00:00:00Z"}}) {
                if (!message.propertyExists("cloudEvents_" + property[0])) {
                    message.setStringProperty("cloudEvents_" + property[0], property[1]);
                }
            }
            session.createProducer(session.createTopic(topic)).send(message);
        }
        return id;
    }

    private static JsonNode letterOf(Context context, String event) {
        return await().atMost(Duration.ofSeconds(30)).until(() -> letters(context).stream()
                .filter(letter -> letter.path("eventId").asText().equals(event)).findFirst().orElse(null), letter -> letter != null);
    }

    private static List<JsonNode> letters(Context context) {
        return PHONE82.shop(context).all("/dead-letters");
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }
}
