package phone82.platform.event;

import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;
import phone82.platform.Correlation;

import java.util.Set;

/**
 * What passes between the properties of a JMS message and the headers of an exchange: the envelope and nothing else. camel-jms
 * makes a header of every property, and a header such as {@code CamelJmsDestinationName}, in any case, is an order to Camel.
 */
public class EventHeaderFilter implements HeaderFilterStrategy {

    static final Set<String> ENVELOPE = Set.of("cloudEvents_specversion", "cloudEvents_datacontenttype", Envelope.ID, Envelope.TYPE,
            "cloudEvents_source", Envelope.TIME, Envelope.SUBJECT, Correlation.TRACEPARENT, "JMSXGroupID");
    private static final Set<String> OF_THE_BROKER = Set.of("JMSXDeliveryCount");
    private static final Set<String> OURS = Set.of("_AMQ_DUPL_ID", DeadLetters.CAUSE, DeadLetters.TIME);

    /** Whether a header stays here. */
    @Override
    public boolean applyFilterToCamelHeaders(String header, Object value, Exchange exchange) {
        return !ENVELOPE.contains(header) && !OURS.contains(header);
    }

    /** Whether a property stays outside. */
    @Override
    public boolean applyFilterToExternalHeaders(String property, Object value, Exchange exchange) {
        return !ENVELOPE.contains(property) && !OF_THE_BROKER.contains(property);
    }
}
