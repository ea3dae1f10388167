package phone82.operations;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Base64;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

class OperatorsTest {

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    @Test
    void theDemoPasswordWorksOnThisMachineAlone() throws UnknownHostException {
        HttpExchange request = request("operator:demo-operator", null);

        assertThat(new Operators("operator", "", HERE).admits(request)).isTrue();
        assertThat(new Operators("operator", "", InetAddress.getByName("0.0.0.0")).admits(request)).isFalse();
        assertThat(new Operators("operator", "secret", HERE).admits(request)).isFalse();
    }

    @Test
    void aPasswordThatIsSetWorksEverywhere() throws UnknownHostException {
        assertThat(new Operators("operator", "secret", InetAddress.getByName("0.0.0.0")).admits(request("operator:secret", null))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"http://ops:9090,true", "http://evil:9090,false", "null,false", ",true"})
    void aPageOfAnotherSiteCannotUseTheBrowsersPassword(String origin, boolean admitted) {
        assertThat(new Operators("operator", "", HERE).admits(request("operator:demo-operator", origin))).isEqualTo(admitted);
    }

    @Test
    void nobodyElseIsLetIn() {
        Operators operators = new Operators("operator", "", HERE);

        assertThat(operators.admits(request(null, null))).isFalse();
        assertThat(operators.admits(request("operator:", null))).isFalse();
        assertThat(operators.admits(request("admin:demo-operator", null))).isFalse();
    }

    private static HttpExchange request(String credentials, String origin) {
        Headers headers = new Headers();
        headers.set("Host", "ops:9090");
        if (credentials != null) {
            headers.set("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8)));
        }
        if (origin != null) {
            headers.set("Origin", origin);
        }
        HttpExchange request = mock(HttpExchange.class);
        when(request.getRequestHeaders()).thenReturn(headers);
        return request;
    }
}
