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
 * Delays the answers to refused logins: each address gets at most one per second, however many connections it opens, and one that would have to wait
 * longer than 20 s loses its connection instead. No thread waits, so other clients are not slowed down.
 */
class LoginDelay {

    private static final long PAUSE = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST = Duration.ofSeconds(20).toNanos();

    /** The time of the latest answer that is due, per address. */
    private final Cache<InetAddress, Long> turns = Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(Duration.ofMinutes(1)).build();

    void to(NettyConnection connection) {
        to(connection.getNettyChannel());
    }

    void to(Channel channel) {
        if (channel.remoteAddress() instanceof InetSocketAddress client) {
            long now = System.nanoTime();
            long turn = turns.asMap().merge(client.getAddress(), now + PAUSE, (last, first) -> Math.max(Math.min(last, now + LONGEST) + PAUSE, first));
            if (turn - now > LONGEST) {
                channel.close();
                return;
            }
            Late late = channel.pipeline().get(Late.class);
            if (late == null) {
                channel.pipeline().addFirst(new Late(turn));
            } else {
                late.until = turn;
            }
        }
    }

    private static final class Late extends ChannelOutboundHandlerAdapter {

        private volatile long until;

        Late(long until) {
            this.until = until;
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            context.executor().schedule(() -> context.writeAndFlush(message, promise), Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
    }
}
