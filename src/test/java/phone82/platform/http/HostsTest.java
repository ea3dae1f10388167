package phone82.platform.http;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.env.MockEnvironment;

import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class HostsTest {

    @ParameterizedTest
    @CsvSource({"shop.example.com,true", "SHOP.example.com:8080,true", "shop.example.com.,true", "a.phones.example,true", "a.b.phones.example,true",
            "phones.example,false", "phonesXexample,false", "evilphones.example,false", "shop.example.com.evil.org,false", "gateway,true",
            "gateway.ns.svc,true", "gateway.svc,false", "gateway.com,false", "localhost,true", "localhost.com,false"})
    void acceptsNamesAndWholeDomains(String host, boolean ours) {
        assertThat(new Hosts("gateway", List.of("Shop.Example.com", "*.phones.example")).include(host)).isEqualTo(ours);
    }

    @ParameterizedTest
    @CsvSource({"app, http://orders.internal:8081, phone82.app.callback-url", "app, http://orders.internal, phone82.gateway.app-url",
            "coordinator, http://orders.internal:8070, phone82.saga.coordinator-url", "pay, https://orders.internal, phone82.app.pay-url"})
    void acceptsTheNameByWhichOtherContextsCallIt(String context, String url, String property) {
        MockEnvironment environment = new MockEnvironment().withProperty(property, url);
        assertThat(Hosts.of(context, Set.of(), environment).include("orders.internal:8080")).isTrue();
        assertThat(Hosts.of("store", Set.of(), environment).include("orders.internal:8080")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"shop.example.com", "anything.example:80"})
    void acceptsEveryNameBehindAProxyThatChecksIt(String host) {
        assertThat(new Hosts("gateway", Set.of("*")).include(host)).isTrue();
    }
}
