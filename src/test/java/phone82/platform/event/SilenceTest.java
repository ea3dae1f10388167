package phone82.platform.event;

import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.utils.ConfigurationHelper;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** How long the broker and its clients wait for a silent peer. */
class SilenceTest {

    @Test
    void isLimitedToSeconds() {
        try (ActiveMQConnectionFactory broker = limited("(tcp://a:61616,tcp://b:61616)")) {
            assertThat(broker.getConnectionTTL()).isEqualTo(10_000);
            assertThat(broker.getClientFailureCheckPeriod()).isEqualTo(5_000);
            assertThat(broker.getCallTimeout()).isEqualTo(10_000);
            assertThat(broker.getStaticConnectors()).hasSize(2).allSatisfy(server -> assertThat(connectTimeout(server)).isEqualTo(3_000));
        }
    }

    @Test
    void isWhatTheUrlSays() {
        try (ActiveMQConnectionFactory broker = limited("(tcp://a:61616,tcp://b:61616)?connectionTTL=90000&clientFailureCheckPeriod=20000&callTimeout=40000"
                + "&connect-timeout-millis=9000")) {
            assertThat(broker.getConnectionTTL()).isEqualTo(90_000);
            assertThat(broker.getClientFailureCheckPeriod()).isEqualTo(20_000);
            assertThat(broker.getCallTimeout()).isEqualTo(40_000);
            assertThat(broker.getStaticConnectors()).hasSize(2).allSatisfy(server -> assertThat(connectTimeout(server)).isEqualTo(9_000));
        }
    }

    @Test
    void ofABrokerInTheSameProcessIsNotLimited() {
        try (ActiveMQConnectionFactory broker = limited("vm://1")) {
            assertThat(broker.getConnectionTTL()).isEqualTo(ActiveMQClient.DEFAULT_CONNECTION_TTL);
            assertThat(broker.getClientFailureCheckPeriod()).isEqualTo(ActiveMQClient.DEFAULT_CLIENT_FAILURE_CHECK_PERIOD);
        }
    }

    private static int connectTimeout(TransportConfiguration server) {
        return ConfigurationHelper.getIntProperty(TransportConstants.NETTY_CONNECT_TIMEOUT, -1, server.getParams());
    }

    private static ActiveMQConnectionFactory limited(String url) {
        ActiveMQConnectionFactory broker = new ActiveMQConnectionFactory(url);
        EventConfiguration.limitSilence(broker);
        return broker;
    }
}
