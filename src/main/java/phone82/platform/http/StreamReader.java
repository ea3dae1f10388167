package phone82.platform.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;

/** The connection of a client that reads an endless stream and may be too slow for it. */
public final class StreamReader {

    /** Bytes; still allows some 300 kB/s with a high round-trip time. */
    private static final int SEND_BUFFER = 64 * 1024;

    private final ChannelHandlerContext connection;

    public StreamReader(HttpServerRequest request) {
        connection = ((ConnectionBase) request.connection()).channelHandlerContext();
        // otherwise the operating system buffers megabytes for a client that reads nothing, before that is noticed
        whileOpen(() -> connection.channel().config().setOption(ChannelOption.SO_SNDBUF, SEND_BUFFER));
    }

    /** Closes the connection at once and discards unsent data; the usual ways to close wait until the client has read it. */
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
