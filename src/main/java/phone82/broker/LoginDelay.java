package phone82.broker;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnection;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Holds back the answers to refused logins: one address gets one a second, however many connections it opens. Nobody else waits, as
 * no thread does.
 */
class LoginDelay {

    private static final long PAUSE = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST = Duration.ofSeconds(20).toNanos();

    /** When an address gets its next one. */
    private final Cache<InetAddress, Long> turns = Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(Duration.ofMinutes(1)).build();

    void to(NettyConnection connection) {
        Channel channel = connection.getNettyChannel();
        if (channel.remoteAddress() instanceof InetSocketAddress client) {
            long now = System.nanoTime();
            long turn = turns.asMap().merge(client.getAddress(), now + PAUSE, (last, first) -> Math.max(last + PAUSE, first));
            channel.pipeline().addFirst(new Late(now + Math.min(turn - now, LONGEST)));
        }
    }

    private static final class Late extends ChannelOutboundHandlerAdapter {

        private final long until;

        Late(long until) {
            this.until = until;
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            context.executor().schedule(() -> context.writeAndFlush(message, promise), Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }
}
