package phone82.journey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import phone82.Context;
import phone82.journey.DrippingServer.Kind;

import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The gateway in front of contexts that do not end their answers. */
class SlowContextTest {

    // stays open: a repetition of a failed test uses it again
    private static final DrippingServer CONTEXT = new DrippingServer(Kind.BODY);

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(Set.of(Context.GATEWAY), "--phone82.gateway.response-timeout=500",
            "--phone82.gateway.app-url=" + CONTEXT.url(), "--phone82.gateway.pay-url=" + CONTEXT.url(), "--phone82.gateway.store-url=" + CONTEXT.url(),
            "--phone82.gateway.customer-url=" + CONTEXT.url());

    private final RawHttp gateway = new RawHttp(PHONE82.port(Context.GATEWAY));

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aRequestThatIsPassedOnIsAnsweredInTime(Kind kind) {
        CONTEXT.drip(kind);

        assertThat(gateway.once("GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n").status()).isEqualTo(503);
        await("the connection is closed").until(() -> CONTEXT.open() == 0);
    }

    @Test
    void aPageKeepsNoConnectionsToContextsThatItHasNotWaitedFor() {
        CONTEXT.drip(Kind.BODY);
        int before = CONTEXT.begun();

        assertThat(gateway.once("GET /orders/1 HTTP/1.1\r\nHost: shop\r\nAccept: text/html\r\n\r\n").headers().get("content-type")).startsWith("text/html");

        assertThat(CONTEXT.begun()).isGreaterThan(before);
        await("the connections are closed").until(() -> CONTEXT.open() == 0);
    }

    @Test
    void aStreamBeginsInTimeOrIsUnavailable() {
        CONTEXT.drip(Kind.HEAD);

        assertThat(gateway.once("GET /history/stream HTTP/1.1\r\nHost: shop\r\n\r\n").status()).isEqualTo(503);
        await("the connection is closed").until(() -> CONTEXT.open() == 0);
    }
}
