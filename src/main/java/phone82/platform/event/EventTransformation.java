package phone82.platform.event;

/** Changes the body of a received event before it takes effect or becomes a dead letter. */
@FunctionalInterface
public interface EventTransformation {

    /**
     * @param subject the order's id, as the event names it; null if it does not
     * @param body    may be anything
     */
    String applied(String subject, String body);
}
