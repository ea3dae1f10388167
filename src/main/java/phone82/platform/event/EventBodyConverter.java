package phone82.platform.event;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.springframework.jms.support.converter.MessageConversionException;
import org.springframework.jms.support.converter.MessageConverter;

import java.util.Arrays;

/** Converts message bodies: text, as events have, and bytes of any other message. Objects are never deserialised. */
public class EventBodyConverter implements MessageConverter {

    /** Bytes kept of a message that is not an event; enough to identify it. */
    static final int MOST_BYTES = 100_000;

    /**
     * The body of a message that is not text.
     *
     * @param cameAs  the original type of the message, for example {@code ObjectMessage}
     * @param content the bytes received; only the beginning of a large body
     */
    record NoText(String cameAs, byte[] content) {
    }

    @Override
    public Message toMessage(Object body, Session session) throws JMSException {
        if (body instanceof String text) {
            return session.createTextMessage(text);
        }
        if (body instanceof byte[] bytes) {
            BytesMessage message = session.createBytesMessage();
            message.writeBytes(bytes);
            return message;
        }
        throw new MessageConversionException("an event must be text, not " + (body == null ? "nothing" : body.getClass().getName()));
    }

    /** Returns the text, null for an empty text message, or a {@link NoText}. */
    @Override
    public Object fromMessage(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            return text.getText();
        }
        byte[] content = new byte[MOST_BYTES];
        int length = message instanceof BytesMessage bytes ? Math.max(0, bytes.readBytes(content)) : 0;
        return new NoText(message.getStringProperty(NonTextToBytes.CAME_AS), Arrays.copyOf(content, length));
    }
}
