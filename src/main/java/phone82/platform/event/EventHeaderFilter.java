package phone82.platform.event;

import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;
import phone82.platform.observability.Correlation;

import java.util.Set;

/**
 * Lets only the envelope's properties pass between JMS messages and exchange headers. camel-jms maps every property to a header, and Camel
 * would obey headers such as {@code CamelJmsDestinationName}, in upper or lower case.
 */
public class EventHeaderFilter implements HeaderFilterStrategy {

    static final Set<String> ENVELOPE = Set.of("cloudEvents_specversion", "cloudEvents_datacontenttype", Envelope.ID, Envelope.TYPE,
            "cloudEvents_source", Envelope.TIME, Envelope.SUBJECT, Correlation.TRACEPARENT, "JMSXGroupID");
    private static final Set<String> OF_THE_BROKER = Set.of(Envelope.SENT_ID, DeadLetters.ADDRESS_BY_BROKER);
    private static final Set<String> OURS = Set.of(Envelope.SENT_ID, DeadLetters.CAUSE, DeadLetters.TIME, DeadLetters.ADDRESS);

    /** Whether a header is not sent. */
    @Override
    public boolean applyFilterToCamelHeaders(String header, Object value, Exchange exchange) {
        return !ENVELOPE.contains(header) && !OURS.contains(header);
    }

    /** Whether a received property is ignored. */
    @Override
    public boolean applyFilterToExternalHeaders(String property, Object value, Exchange exchange) {
        return !ENVELOPE.contains(property) && !OF_THE_BROKER.contains(property) && !property.equals(DeadLetters.ADDRESS);
    }
}
