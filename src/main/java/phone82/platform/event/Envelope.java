package phone82.platform.event;

import jakarta.jms.Destination;
import org.apache.activemq.artemis.jms.client.ActiveMQDestination;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import phone82.platform.api.Json;
import phone82.platform.observability.Correlation;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Writes events to JMS messages and reads them: CloudEvents 1.0, binary mode. */
public class Envelope {

    static final String ID = "cloudEvents_id";
    static final String TYPE = "cloudEvents_type";
    static final String TIME = "cloudEvents_time";
    static final String SUBJECT = "cloudEvents_subject";
    /** By it the broker drops a duplicate: the event's id, followed by a number if it is replayed. */
    static final String SENT_ID = "_AMQ_DUPL_ID";

    private final String source;
    private final EventTransformation received;

    /**
     * @param source   the CloudEvents source of this context's events, for example {@code /phone82/app}
     * @param received changes received events
     */
    public Envelope(String source, EventTransformation received) {
        this.source = source;
        this.received = received;
    }

    /** Turns the exchange into a message: the event's topic is its destination, its id the broker's duplicate id. */
    public void seal(@Body Outbox.Row row, Exchange exchange) {
        Event event = row.event();
        Message message = exchange.getMessage();
        message.setHeaders(new HashMap<>(Map.ofEntries(
                Map.entry("CamelJmsDestinationName", event.topic()),
                Map.entry("JMSXGroupID", event.subject()),
                Map.entry(SENT_ID, row.sendId()),
                Map.entry("cloudEvents_specversion", "1.0"),
                Map.entry("cloudEvents_datacontenttype", "application/json"),
                Map.entry(ID, event.id()),
                Map.entry(TYPE, event.topic()),
                Map.entry("cloudEvents_source", source),
                Map.entry(TIME, event.time().toString()),
                Map.entry(SUBJECT, event.subject()),
                Map.entry(Correlation.TRACEPARENT, event.traceparent()))));
        message.setBody(event.body());
    }

    /**
     * Reads the event of a received message and continues its trace.
     *
     * @throws IllegalArgumentException if it is not an event of phone82; it becomes a dead letter
     */
    public Event open(Exchange exchange) {
        Message message = exchange.getMessage();
        String traceparent = Correlation.begin(message.getHeader(Correlation.TRACEPARENT, String.class));
        if (message.getBody() instanceof EventBodyConverter.NoText other) {
            throw new IllegalArgumentException("an event is a TextMessage, not a " + other.cameAs());
        }
        String body = message.getBody(String.class);
        if (body == null || Json.read(body, Map.class) == null) {
            throw new IllegalArgumentException("an event has a JSON body");
        }
        String subject = attribute(message, SUBJECT);
        Correlation.about(subject);
        String type = attribute(message, TYPE);
        String address = address(message);
        // the broker lets each context send to its own addresses only, but with any property
        if (address != null && !address.equals(type)) {
            throw new IllegalArgumentException("an event of this type is not sent to " + address);
        }
        return new Event(attribute(message, ID), type, subject, Instant.parse(attribute(message, TIME)), traceparent, received.applied(subject, body));
    }

    /** The address to which an event was sent at first; null for a dead letter of an earlier version, which does not have it. */
    static String address(Message message) {
        Destination destination = message.getHeader("JMSDestination", Destination.class);
        String address = ((ActiveMQDestination) destination).getAddress();
        if (!address.startsWith(DeadLetters.ADDRESSES)) {
            return address;
        }
        String byBroker = message.getHeader(DeadLetters.ADDRESS_BY_BROKER, String.class);
        return byBroker != null ? byBroker : message.getHeader(DeadLetters.ADDRESS, String.class);
    }

    private static String attribute(Message message, String name) {
        String value = message.getHeader(name, String.class);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("an event has a " + name);
        }
        return value;
    }
}
