package phone82.platform.event;

import com.fasterxml.jackson.annotation.JsonIgnore;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.apache.activemq.artemis.jms.client.JMSExceptionHelper;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Header;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.Variable;
import org.messaginghub.pooled.jms.JmsPoolSession;
import org.springframework.jms.core.JmsTemplate;
import phone82.platform.api.Page;
import phone82.platform.api.Printable;
import phone82.platform.api.Problem;
import phone82.platform.observability.Correlation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The events that this context could not process. The broker keeps them in a queue of this context until they are replayed successfully.
 */
public class DeadLetters {

    static final String CAUSE = "deadLetter_cause";
    static final String TIME = "deadLetter_time";
    /** The address to which the event was sent. */
    static final String ADDRESS = "deadLetter_address";
    /** The same if the broker has moved the event; a sender cannot set it. */
    static final String ADDRESS_BY_BROKER = "_AMQ_ORIG_ADDRESS";
    static final String ADDRESSES = "dead-letters.";
    private static final String ID_PREFIX = "ID:";
    private static final int LONGEST_CAUSE = 500;
    /** Longest body in a list; longer than any event of phone82. */
    private static final int LONGEST_BODY = 2000;
    /** Up to this many letters are read one at a time, with one network turn for each. */
    private static final int FEW = 50;
    /** Bytes that the broker sends ahead if more are read. */
    private static final int WINDOW = 64 * 1024;
    /** Time for the broker to deliver a message that is in the queue. */
    private static final long PATIENCE_MS = 1000;

    private final JmsTemplate broker;
    private final SimpleString queue;
    private final EventTransformation received;

    /** @param received changes received events */
    public DeadLetters(JmsTemplate broker, String context, EventTransformation received) {
        this.broker = broker;
        this.received = received;
        this.queue = SimpleString.of(ADDRESSES + context);
    }

    /**
     * An event that could not be processed, with all fields that can be read.
     *
     * @param id      id of the dead letter
     * @param eventId id of the event, as in logs and timelines
     * @param time    when the event happened
     * @param since   when it became a dead letter
     * @param cause   why it failed, in one line
     */
    public record Letter(String id, String eventId, String type, String orderId, String time, String since, String cause, String body) {
    }

    /**
     * The outcome of replaying one dead letter.
     *
     * @param cause why it failed; null if it did not
     */
    public record Outcome(String id, String cause, @JsonIgnore boolean gone) {
    }

    /** Somebody else has replayed the letter, or is doing so. */
    private static final class Gone extends RuntimeException {

        private Gone() {
            super(null, null, false, false);
        }
    }

    /**
     * The outcome of replaying several dead letters.
     *
     * @param failed those that failed again; they remain dead letters
     * @param gone   number of those that somebody else replayed meanwhile
     * @param next   the cursor to continue with; null if none is left to try
     */
    public record Report(int replayed, List<Outcome> failed, int gone, String next) {
    }

    /** Whether the event is no dead letter yet. One that waits already comes again with each replay of the event log; only then the queue is searched. */
    public boolean isNew(@Header(Envelope.ID) String event, @Header(Envelope.TYPE) String type, @Header(Envelope.SUBJECT) String subject, @Header(Envelope.SENT_ID) String sent) {
        if (event == null || type == null || subject == null || event.equals(sent)) {
            return true;
        }
        String selector = Envelope.ID + " = " + literal(event) + " and " + Envelope.TYPE + " = " + literal(type) + " and " + Envelope.SUBJECT + " = " + literal(subject);
        return ask(session -> {
            try (ClientConsumer browser = session.createConsumer(queue, SimpleString.of(selector), 0, -1, true)) {
                session.start();
                return browser.receiveImmediate() == null;
            }
        });
    }

    private static String literal(String value) {
        return "'" + value.replace("'", "''") + "'";
    }

    /** Turns the exchange of an event that failed for good into its dead letter: the event as received, with the cause. */
    public void mark(@Variable("delivered") Object delivered, Exchange exchange) {
        org.apache.camel.Message message = exchange.getMessage();
        Map<String, Object> headers = new HashMap<>(message.getHeaders());
        headers.keySet().retainAll(EventHeaderFilter.ENVELOPE);
        headers.put(ADDRESS, Envelope.address(message));
        headers.put(CAUSE, cause(exchange));
        headers.put(TIME, Instant.now().toString());
        message.setHeaders(headers);
        message.setBody(delivered instanceof EventBodyConverter.NoText other ? other.content()
                : received.applied(message.getHeader(Envelope.SUBJECT, String.class), Objects.toString(delivered, "")));
    }

    /** Returns one page, oldest first. The cursor is a position in the queue. */
    public Page<Letter> list(@Header("size") Integer size, @Header("after") Long after) {
        int shown = Page.size(size);
        List<Letter> letters = browse(null, place(after), shown + 1, LONGEST_BODY);
        return letters.size() <= shown ? new Page<>(letters, null)
                : new Page<>(letters.subList(0, shown), String.valueOf(place(after) + shown));
    }

    /** @throws Problem 404 if there is no such dead letter (any more) */
    public Letter find(@Header("id") String id) {
        return browse("AMQUserID = '" + ID_PREFIX + id + "'", 0, 1, Integer.MAX_VALUE).stream().findFirst()
                .orElseThrow(() -> Problem.notFound("dead letter", id));
    }

    /** Returns the dead letters to replay next, oldest first. */
    public List<Letter> waiting(@Header("size") Integer size, @Header("after") Long after) {
        return browse(null, place(after), Page.size(size), 0);
    }

    /** Stops the replay if the letter is no longer in the queue. */
    public void requireTaken(@Body Object letter) {
        if (letter == null) {
            throw new Gone();
        }
    }

    public Outcome replayed(@Variable("letter") String id) {
        return new Outcome(id, null, false);
    }

    public Outcome failed(@Variable("letter") String id, Exchange exchange) {
        return thrown(exchange) instanceof Gone ? new Outcome(id, null, true) : new Outcome(id, cause(exchange), false);
    }

    /** Returns from the trace of the event to that of the operator's request, whose answer names it. */
    public void continueRequest(@Variable("traceparent") String traceparent) {
        Correlation.begin(traceparent);
    }

    public Report report(@Body List<Outcome> outcomes, @Header("size") Integer size, @Header("after") Long after) {
        List<Outcome> failed = outcomes.stream().filter(outcome -> outcome.cause() != null).toList();
        // those that failed are still in the queue, in front of those not tried yet
        String next = outcomes.size() < Page.size(size) ? null : String.valueOf(place(after) + failed.size());
        int gone = (int) outcomes.stream().filter(Outcome::gone).count();
        return new Report(outcomes.size() - failed.size() - gone, failed, gone, next);
    }

    /** @throws Problem 409 if it failed again; 404 if somebody else has replayed it meanwhile */
    public Report reportOne(@Body Outcome outcome) {
        if (outcome.cause() != null) {
            throw new Problem(409, "Failed again", "It stays a dead letter. Remove the cause, then replay it again: " + outcome.cause());
        }
        if (outcome.gone()) {
            throw Problem.notFound("dead letter", outcome.id());
        }
        return new Report(1, List.of(), 0, null);
    }

    /**
     * Changes the bodies of dead letters. Each is received and sent again, at the end of the queue, in one broker transaction.
     *
     * @param change returns the new body; null: the letter stays as it is
     * @return the number of changed letters
     */
    public int change(UnaryOperator<String> change) {
        JmsTemplate transacted = new JmsTemplate(broker.getConnectionFactory());
        transacted.setSessionTransacted(true);
        List<String> wanted = new ArrayList<>();
        browse(null, 0, Integer.MAX_VALUE, Integer.MAX_VALUE, letter -> {
            if (change.apply(letter.body()) != null) {
                wanted.add(letter.id());
            }
        });
        int changed = 0;
        for (String id : wanted) {
            if (Boolean.TRUE.equals(transacted.execute(session -> replace(session, id, change), true))) {
                changed++;
            }
        }
        return changed;
    }

    @SuppressWarnings("unchecked")
    private boolean replace(Session session, String id, UnaryOperator<String> change) throws JMSException {
        try (MessageConsumer consumer = session.createConsumer(session.createQueue(queue + "::" + queue), "JMSMessageID='" + ID_PREFIX + id + "'")) {
            jakarta.jms.Message letter = consumer.receive(PATIENCE_MS);
            String body = letter instanceof TextMessage text ? change.apply(text.getText()) : null;
            if (body == null) {
                // it was replayed meanwhile, or is no text
                session.rollback();
                return false;
            }
            TextMessage changed = session.createTextMessage(body);
            for (String name : Collections.list((Enumeration<String>) letter.getPropertyNames())) {
                if (!name.startsWith("_AMQ") && (!name.startsWith("JMSX") || name.equals("JMSXGroupID"))) {
                    changed.setObjectProperty(name, letter.getObjectProperty(name));
                }
            }
            String address = letter.getStringProperty(ADDRESS_BY_BROKER);
            if (address != null) {
                changed.setStringProperty(ADDRESS, address);
            }
            try (MessageProducer producer = session.createProducer(session.createTopic(queue.toString()))) {
                producer.send(changed);
            }
            session.commit();
            return true;
        }
    }

    /** The number of dead letters. */
    public long count() {
        return ask(session -> session.queueQuery(queue).getMessageCount());
    }

    private static long place(Long after) {
        return after == null ? 0 : after;
    }

    private List<Letter> browse(String selector, long skip, int most, int longestBody) {
        List<Letter> letters = new ArrayList<>();
        browse(selector, skip, most, longestBody, letters::add);
        return letters;
    }

    /** Hands on the letters one by one, as all of them may be more than fit in memory. */
    private void browse(String selector, long skip, int most, int longestBody, Consumer<Letter> found) {
        ask(session -> {
            long expected = selector == null ? session.queueQuery(queue).getMessageCount() : 1;
            int window = Math.min(expected, skip + most) > FEW ? WINDOW : 0;
            try (ClientConsumer browser = session.createConsumer(queue, SimpleString.of(selector), window, -1, true)) {
                session.start();
                for (long i = 0; i < Math.min(expected, skip + most); i++) {
                    ClientMessage message = browser.receive(PATIENCE_MS);
                    if (message == null) {
                        break;
                    }
                    if (i >= skip) {
                        found.accept(letter(message, longestBody));
                    }
                }
            }
            return null;
        });
    }

    private <T> T ask(Question<T> question) {
        return broker.execute(session -> {
            try {
                return question.to(((ActiveMQSession) ((JmsPoolSession) session).getInternalSession()).getCoreSession());
            } catch (ActiveMQException e) {
                throw JMSExceptionHelper.convertFromActiveMQException(e);
            }
        });
    }

    /** A query in the broker's core API: JMS cannot count a queue, and may end a browser early in a long queue. */
    private interface Question<T> {
        T to(ClientSession session) throws ActiveMQException, JMSException;
    }

    /** Reads any message without failing: an unreadable one must not hide the others. */
    private static Letter letter(ClientMessage message, int longestBody) {
        String cause = property(message, CAUSE);
        String body = body(message);
        return new Letter(Objects.toString(message.getUserID(), "unknown"), property(message, Envelope.ID),
                property(message, Envelope.TYPE), property(message, Envelope.SUBJECT),
                property(message, Envelope.TIME), property(message, TIME),
                cause != null ? cause : "unknown: the context did not respond to the broker's last delivery attempt",
                body.length() > longestBody ? body.substring(0, longestBody) : body);
    }

    private static String property(ClientMessage message, String name) {
        Object value = message.getObjectProperty(SimpleString.of(name));
        return value == null ? null : value instanceof byte[] ? "(bytes)" : value.toString();
    }

    private static String body(ClientMessage message) {
        if (message.isLargeMessage()) {
            return "(more than 100 kB)";
        }
        ActiveMQBuffer body = message.getReadOnlyBodyBuffer();
        if (message.getType() == Message.TEXT_TYPE) {
            return Objects.toString(body.readNullableSimpleString(), "");
        }
        byte[] content = new byte[Math.min(body.readableBytes(), EventBodyConverter.MOST_BYTES)];
        body.readBytes(content);
        return new String(content, UTF_8);
    }

    private static Throwable thrown(Exchange exchange) {
        Throwable thrown = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        while (thrown instanceof RuntimeCamelException && thrown.getCause() != null) {
            thrown = thrown.getCause();
        }
        return thrown;
    }

    private static String cause(Exchange exchange) {
        String line = thrown(exchange).toString().lines().findFirst().orElseThrow().replaceFirst("^[\\w.$]*\\.", "");
        return Printable.line(line.length() > LONGEST_CAUSE ? line.substring(0, LONGEST_CAUSE) : line);
    }
}
