package phone82.journey;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import phone82.platform.observability.Correlation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The topics as a context's broker user: sends the context's events, and reads the subscription of another. */
public final class Topics {

    private static final List<String> COURSE = List.of("app.Ordered", "pay.PayCompleted", "store.OrderReceived", "store.DeliveryPaused", "store.DeliveryResumed",
            "store.Shipped");

    private final String brokerUrl;

    public Topics(String brokerUrl) {
        this.brokerUrl = brokerUrl;
    }

    String url() {
        return brokerUrl;
    }

    /** Sends each event (for example {@code pay.PayCompleted}) twice, in the given sequence. */
    public void sendTwice(long orderId, List<String> arrival) {
        for (String event : arrival) {
            String id = UUID.randomUUID().toString();
            send(event, orderId, id);
            send(event, orderId, id);
        }
    }

    /** Bypasses the broker's duplicate detection: the receiver must detect the duplicate. */
    public void send(String event, long orderId, String id) {
        send(event, orderId, id, body(orderId));
    }

    private static String body(long orderId) {
        return "{\"orderId\":" + orderId + ",\"item\":\"note20\",\"qty\":1,\"amount\":1199000,\"shippedAt\":\"2030-01-01T00:00:00Z\"}";
    }

    /** Sends an event for each of these orders together; one of them is unreadable. */
    void sendTogether(String event, List<Long> orderIds, long unreadable) throws JMSException {
        String user = event.substring(0, event.indexOf('.'));
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(brokerUrl);
             Connection connection = factory.createConnection(user, "demo-" + user)) {
            Session session = connection.createSession(Session.SESSION_TRANSACTED);
            MessageProducer producer = session.createProducer(session.createTopic("phone82." + event));
            for (long orderId : orderIds) {
                producer.send(message(session, user, "phone82." + event, orderId, UUID.randomUUID().toString(),
                        orderId == unreadable ? "{" : body(orderId)));
            }
            session.commit();
        }
    }

    public void send(String event, long orderId, String id, String body) {
        String user = event.substring(0, event.indexOf('.'));
        try {
            sendAs(user, "phone82." + event, "phone82." + event, orderId, id, body);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends a message that claims to be an event of the type to any address. */
    public void sendAs(String user, String address, String type, long orderId, String id, String body) throws JMSException {
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(brokerUrl);
             Connection connection = factory.createConnection(user, "demo-" + user)) {
            Session session = connection.createSession();
            session.createProducer(session.createTopic(address)).send(message(session, user, type, orderId, id, body));
        }
    }

    private static Message message(Session session, String user, String type, long orderId, String id, String body) throws JMSException {
        TextMessage message = session.createTextMessage(body);
        message.setStringProperty("JMSXGroupID", String.valueOf(orderId));
        message.setStringProperty("cloudEvents_id", id);
        message.setStringProperty("cloudEvents_type", type);
        message.setStringProperty("cloudEvents_source", "/phone82/" + user);
        message.setStringProperty("cloudEvents_subject", String.valueOf(orderId));
        message.setStringProperty("traceparent", Correlation.valid(null));
        message.setStringProperty("cloudEvents_time", Instant.parse("2030-01-01T00:00:00Z")
                .plusSeconds(Math.max(0, COURSE.indexOf(type.replace("phone82.", "")))).toString());
        return message;
    }

    /** Waits for the first event in a subscription, for example {@code phone82.pay.*::store}, and returns all until no more arrive. */
    public List<Message> readUntilSilent(String user, String subscription) {
        List<Message> messages = new ArrayList<>();
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(brokerUrl);
             Connection connection = factory.createConnection(user, "demo-" + user)) {
            connection.start();
            Session session = connection.createSession();
            MessageConsumer consumer = session.createConsumer(session.createQueue(subscription));
            for (Message message = consumer.receive(20_000); message != null; message = consumer.receive(2_000)) {
                messages.add(message);
            }
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
        return messages;
    }

    /** The events in every possible sequence. */
    static List<List<String>> everySequenceOf(List<String> events) {
        if (events.isEmpty()) {
            return List.of(List.of());
        }
        List<List<String>> all = new ArrayList<>();
        for (String first : events) {
            List<String> rest = new ArrayList<>(events);
            rest.remove(first);
            for (List<String> tail : everySequenceOf(rest)) {
                List<String> arrival = new ArrayList<>(List.of(first));
                arrival.addAll(tail);
                all.add(arrival);
            }
        }
        return all;
    }
}
