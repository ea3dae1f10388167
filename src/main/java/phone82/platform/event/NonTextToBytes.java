package phone82.platform.event;

import org.apache.activemq.artemis.api.core.ActiveMQBuffer;
import org.apache.activemq.artemis.api.core.ICoreMessage;
import org.apache.activemq.artemis.api.core.Interceptor;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.protocol.core.Packet;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.SessionReceiveLargeMessage;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.SessionReceiveMessage;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.apache.activemq.artemis.utils.DataConstants;

/**
 * An interceptor that turns every message that is not readable text into a bytes message. The JMS client reads a body as the type that the
 * sender claims; if that fails, the consumer never gets past the message.
 */
public class NonTextToBytes implements Interceptor {

    /** The property with the original type of the message. */
    static final String CAME_AS = "phone82_cameAs";

    @Override
    public boolean intercept(Packet packet, RemotingConnection connection) {
        if (packet instanceof SessionReceiveLargeMessage large) {
            toBytes(large.getLargeMessage(), "message of more than 100 kB");
        } else if (packet instanceof SessionReceiveMessage received && !isText(received.getMessage())) {
            toBytes(received.getMessage(), name(received.getMessage().getType()));
        }
        return true;
    }

    private static boolean isText(ICoreMessage message) {
        if (message.getType() != Message.TEXT_TYPE) {
            return false;
        }
        ActiveMQBuffer body = message.getReadOnlyBodyBuffer();
        if (body.readableBytes() > 0 && body.readByte() == DataConstants.NULL) {
            return true;
        }
        if (body.readableBytes() < DataConstants.SIZE_INT) {
            return false;
        }
        int length = body.readInt();
        return 0 <= length && length <= body.readableBytes();
    }

    private static String name(byte type) {
        return switch (type) {
            case Message.TEXT_TYPE -> "TextMessage that cannot be read";
            case Message.BYTES_TYPE -> "BytesMessage";
            case Message.OBJECT_TYPE -> "ObjectMessage";
            case Message.MAP_TYPE -> "MapMessage";
            case Message.STREAM_TYPE -> "StreamMessage";
            default -> "Message";
        };
    }

    private static void toBytes(Message message, String cameAs) {
        ((ICoreMessage) message).setType(Message.BYTES_TYPE);
        message.putStringProperty(CAME_AS, cameAs);
    }
}
