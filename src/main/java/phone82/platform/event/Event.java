package phone82.platform.event;

import java.time.Instant;

/**
 * A domain event as it travels: CloudEvents 1.0 attributes and a JSON body.
 *
 * @param id          unique; what makes a second delivery harmless
 * @param topic       also the CloudEvents type, for example {@code phone82.app.Ordered}
 * @param subject     the order id; one order's events keep their order
 * @param time        when it happened
 * @param traceparent the trace it belongs to
 * @param body        the event's own fields as JSON
 */
public record Event(String id, String topic, String subject, Instant time, String traceparent, String body) {

    /** The event's name in the business' language: {@code Ordered}. */
    public String name() {
        return topic.substring(topic.lastIndexOf('.') + 1);
    }
}
