package phone82.broker;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** What a client costs that guesses passwords on many connections, or on one. */
class LoginDelayTest {

    private final LoginDelay delay = new LoginDelay();

    @Test
    void whoWouldWaitTooLongLosesTheConnection() {
        List<EmbeddedChannel> guesses = IntStream.range(0, 100).mapToObj(n -> new From("10.0.0.1")).map(EmbeddedChannel.class::cast).toList();
        EmbeddedChannel other = new From("10.0.0.2");

        Stream.concat(guesses.stream(), Stream.of(other)).forEach(delay::to);

        assertThat(guesses).filteredOn(Channel::isOpen).hasSizeBetween(19, 21).isEqualTo(guesses.subList(0, (int) guesses.stream().filter(Channel::isOpen).count()));
        assertThat(other.isOpen()).isTrue();
    }

    @Test
    void manyRefusalsOnOneConnectionAddOneHandler() {
        EmbeddedChannel channel = new From("10.0.0.1");
        int handlers = channel.pipeline().names().size();

        IntStream.range(0, 10).forEach(n -> delay.to(channel));

        assertThat(channel.pipeline().names()).hasSize(handlers + 1);
    }

    private static final class From extends EmbeddedChannel {

        private final SocketAddress client;

        From(String address) {
            client = new InetSocketAddress(address, 50_000);
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return client;
        }
    }
}
