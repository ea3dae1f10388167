package phone82.platform.event;

import java.time.Instant;

/**
 * A domain event in transit: CloudEvents 1.0 attributes and a JSON body.
 *
 * @param id          unique; consumers use it to ignore a second delivery
 * @param topic       also the CloudEvents type, for example {@code phone82.app.Ordered}
 * @param subject     the order id; the events of one order stay in sequence
 * @param time        when it happened
 * @param traceparent the trace that it belongs to
 * @param body        the event's own fields as JSON
 */
public record Event(String id, String topic, String subject, Instant time, String traceparent, String body) {

    /** The event's business name, for example {@code Ordered}. */
    public String name() {
        return topic.substring(topic.lastIndexOf('.') + 1);
    }
}
