package phone82.pay.provider;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.Context;
import phone82.journey.Phone82Extension;
import phone82.pay.provider.PaymentProvider.Operation;
import phone82.pay.provider.PaymentProvider.Request;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** The contract test of the HTTP adapter, run with the simulated provider. */
class HttpProviderTest extends PaymentProviderContract {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.PROVIDER));

    @Override
    PaymentProvider provider() {
        return at(PHONE82.shop(Context.PROVIDER).url(""));
    }

    @Override
    PaymentProvider unreachable() {
        return at("http://localhost:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"code\":\"closed\",\"message\":\"no\\u0000 account\\n\\u202e\"", "\"code\":\"no\\u0000 account\\n\\u202e\""})
    void aReasonWithControlCharactersIsMadePrintable(String reason) throws IOException {
        HttpServer odd = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        odd.createContext("/", exchange -> {
            byte[] answer = ("{\"key\":\"7-1-refund\",\"outcome\":\"declined\"," + reason + "}").getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        odd.start();
        try {
            Request refund = new Request("7-1-refund", "7-1", Operation.refund, 7, "note20", 1_199_000);

            assertThat(at("http://localhost:" + odd.getAddress().getPort()).perform(refund).reason()).startsWith("no").contains("account")
                    .doesNotContainPattern("[\\p{Cntrl}\\x{202e}]");
        } finally {
            odd.stop(0);
        }
    }

    private static PaymentProvider at(String url) {
        Duration patience = Duration.ofSeconds(5);
        return new HttpProvider(url, "demo-provider-key", patience, patience, patience, patience);
    }
}
