package phone82.platform.http;

import io.netty.util.NetUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ClientAddressesTest {

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            203.0.113.7,  -,                                  203.0.113.7
            203.0.113.7,  198.51.100.1,                       203.0.113.7
            10.1.2.3,     -,                                  10.1.2.3
            10.1.2.3,     198.51.100.1,                       198.51.100.1
            10.1.2.3,     '198.51.100.1, 198.51.100.2',       198.51.100.2
            10.1.2.3,     '198.51.100.1, 192.168.0.1',        198.51.100.1
            10.1.2.3,     '10.9.9.9, 192.168.0.1',            10.9.9.9
            10.1.2.3,     '198.51.100.1, unknown',            10.1.2.3
            10.1.2.3,     '198.51.100.1,,',                   10.1.2.3
            10.1.2.3,     example.org,                        10.1.2.3
            192.168.0.2,  198.51.100.1,                       192.168.0.2
            10.1.2.3,     '2001:db8:1:2:3:4:5:6',             '2001:db8:1:2::'
            '2001:db8:1:2:3:4:5:6', -,                        '2001:db8:1:2::'
            'fd00::1',    198.51.100.1,                       198.51.100.1
            10.1.2.3,     '203.0.113.7:51234',                203.0.113.7
            10.1.2.3,     '203.0.113.7:51234, 10.9.9.9:80',   203.0.113.7
            10.1.2.3,     '[2001:db8:1:2:3:4:5:6]:51234',     '2001:db8:1:2::'
            10.1.2.3,     '[2001:db8:1:2:3:4:5:6]',           '2001:db8:1:2::'
            10.1.2.3,     '203.0.113.7:port',                 10.1.2.3
            10.1.2.3,     '[203.0.113.7',                     10.1.2.3
            """)
    void theClientIsTheNearestUntrustedHop(String remote, String forwarded, String client) {
        ClientAddresses clients = new ClientAddresses(List.of("10.0.0.0/8", "192.168.0.1", "fd00::/8"));

        assertThat(clients.of(address(remote), forwarded == null ? List.of() : List.of(forwarded))).isEqualTo(address(client));
    }

    @Test
    void severalHeadersAreOneList() {
        ClientAddresses clients = new ClientAddresses(List.of("10.0.0.0/8"));

        assertThat(clients.of(address("10.1.2.3"), List.of("198.51.100.1", "198.51.100.2, 10.0.0.1"))).isEqualTo(address("198.51.100.2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "router", "10.0.0", "fd00::/129"})
    void anInvalidNetworkIsReported(String network) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ClientAddresses(List.of(network))).withMessageContaining(network);
    }

    private static InetAddress address(String text) {
        return NetUtil.createInetAddressFromIpAddressString(text);
    }
}
