package phone82.platform.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;

/** The connection of one who reads a stream without an end, and may not keep up with it. */
public final class StreamReader {

    /** On a long way through the net still some 300 kB a second. */
    private static final int SEND_BUFFER = 64 * 1024;

    private final ChannelHandlerContext connection;

    public StreamReader(HttpServerRequest request) {
        connection = ((ConnectionBase) request.connection()).channelHandlerContext();
        // or the system takes megabytes for a reader that takes nothing, before anybody sees that
        whileOpen(() -> connection.channel().config().setOption(ChannelOption.SO_SNDBUF, SEND_BUFFER));
    }

    /** At once, and what is on the way is thrown away: the connection's and the channel's own close wait until the reader has taken it. */
    public void cutOff() {
        whileOpen(() -> {
            connection.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            connection.close();
        });
    }

    private void whileOpen(Runnable work) {
        connection.executor().execute(() -> {
            if (connection.channel().isOpen()) {
                work.run();
            }
        });
    }
}
