package phone82.pay.provider;

import io.opentelemetry.api.trace.TracerProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.Context;
import phone82.Stub;
import phone82.journey.DrippingServer;
import phone82.journey.DrippingServer.Kind;
import phone82.journey.Phone82Extension;
import phone82.pay.provider.PaymentProvider.Answer;
import phone82.pay.provider.PaymentProvider.Operation;
import phone82.pay.provider.PaymentProvider.Request;
import phone82.platform.observability.ClientSpans;
import phone82.platform.observability.Correlation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The contract test of the HTTP adapter, run with the simulated provider. */
class HttpProviderTest extends PaymentProviderContract {

    private static final Request REFUND = new Request("7-1-refund", "7-1", Operation.refund, 7, "note20", 1_199_000);

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
        try (Stub odd = new Stub()) {
            odd.on("/", request -> Stub.answer(request, 200, "{\"key\":\"7-1-refund\",\"outcome\":\"declined\"," + reason + "}"));
            assertThat(at(odd.url()).perform(REFUND).reason()).startsWith("no").contains("account")
                    .doesNotContainPattern("[\\p{Cntrl}\\x{202e}]");
        }
    }

    /** Without a collector, too: the provider's support may ask for it. */
    @Test
    void aCallCarriesTheTrace() throws IOException {
        List<String> sent = new CopyOnWriteArrayList<>();
        String trace = Correlation.begin(null);
        try (Stub recorder = new Stub()) {
            recorder.on("/", request -> {
                sent.add(request.getRequestHeaders().getFirst("traceparent"));
                Stub.answer(request, 404);
            });
            at(recorder.url()).account(7);
        } finally {
            Correlation.end();
        }
        assertThat(sent).containsExactly(trace);
    }

    /** A limit for each part of an answer would never end the wait for one that comes in small parts. */
    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"HEAD", "BODY"})
    void anAnswerThatComesTooSlowlyIsNoAnswer(Kind kind) {
        try (DrippingServer slow = new DrippingServer(kind)) {
            PaymentProvider provider = at(slow.url(), Duration.ofMillis(300));

            assertThat(CompletableFuture.supplyAsync(() -> refund(provider))).failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat().havingRootCause().isInstanceOf(IOException.class);
            await("the connection is closed").until(() -> slow.open() == 0);
        }
    }

    @Test
    void anAnswerThatIsTooLongIsNoAnswer() {
        try (DrippingServer verbose = new DrippingServer(Kind.LONG_BODY)) {
            PaymentProvider provider = at(verbose.url());

            assertThatThrownBy(() -> refund(provider)).hasRootCauseMessage("the answer has more than 65536 bytes");
            await("the connection is closed").until(() -> verbose.open() == 0);
        }
    }

    private static Answer refund(PaymentProvider provider) {
        try {
            return provider.perform(REFUND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PaymentProvider at(String url) {
        return at(url, Duration.ofSeconds(5));
    }

    private static PaymentProvider at(String url, Duration patience) {
        return new HttpProvider(url, "demo-provider-key", patience, patience, patience, patience, new ClientSpans(TracerProvider.noop().get("test")));
    }
}
