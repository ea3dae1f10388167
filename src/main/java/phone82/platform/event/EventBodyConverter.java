package phone82.platform.event;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.springframework.jms.support.converter.MessageConversionException;
import org.springframework.jms.support.converter.MessageConverter;

import java.util.Arrays;

/** The bodies of messages: text, which is what events have, and the bytes of what is none. Nobody makes an object of them. */
public class EventBodyConverter implements MessageConverter {

    /** Of a message that is no event; enough to see what it is. */
    static final int MOST_BYTES = 100_000;

    /**
     * The body of a message that is no text.
     *
     * @param cameAs  the type of the message: {@code ObjectMessage}
     * @param content as it came; of a larger one the beginning
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
        throw new MessageConversionException("an event has a text, not " + (body == null ? "nothing" : body.getClass().getName()));
    }

    /** The text, null where there is none, or a {@link NoText}. */
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
