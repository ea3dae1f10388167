package phone82.platform.settings;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class LocalNameTest {

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST", "shop.localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]", "0:0:0:0:0:0:0:1"})
    void thisMachine(String host) {
        assertThat(LocalName.isLocal(host)).isTrue();
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {"*", "*.example.com", "shop.example.com", "localhost.example.com", "notlocalhost", "127.0.0.1.example.com", "0.0.0.0", "10.0.0.1", "::", "[fd00::1]"})
    void others(String host) {
        assertThat(LocalName.isLocal(host)).isFalse();
    }
}
