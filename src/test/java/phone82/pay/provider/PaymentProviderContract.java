package phone82.pay.provider;

import org.junit.jupiter.api.Test;
import phone82.pay.provider.PaymentProvider.Account;
import phone82.pay.provider.PaymentProvider.Answer;
import phone82.pay.provider.PaymentProvider.Operation;
import phone82.pay.provider.PaymentProvider.Outcome;
import phone82.pay.provider.PaymentProvider.Request;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static phone82.pay.provider.PaymentProvider.Operation.authorise;
import static phone82.pay.provider.PaymentProvider.Operation.capture;
import static phone82.pay.provider.PaymentProvider.Operation.refund;
import static phone82.pay.provider.PaymentProvider.Operation.release;

/** The contract on which pay relies, see {@code src/docs/payment-provider.md}. Extend it for each new adapter. */
abstract class PaymentProviderContract {

    private static final long AMOUNT = 1_199_000;

    private final long order = ThreadLocalRandom.current().nextLong(1, 1L << 50);
    private int keys;

    /** The adapter, connected to a provider in which nothing fails. */
    abstract PaymentProvider provider();

    /** The adapter, connected to an address on which nothing listens. */
    abstract PaymentProvider unreachable();

    private Request request(Operation operation, long amount) {
        return new Request(order + "-1-" + operation + "-" + ++keys, order + "-1", operation, order, "note20", amount);
    }

    private Answer perform(Operation operation, long amount) throws IOException {
        return provider().perform(request(operation, amount));
    }

    private void assertAccount(long reserved, long captured, long refunded, long refundable) throws IOException {
        assertThat(provider().account(order)).hasValueSatisfying(account -> {
            assertThat(account.reserved()).as("reserved").isEqualTo(reserved);
            assertThat(account.captured()).as("captured").isEqualTo(captured);
            assertThat(account.refunded()).as("refunded").isEqualTo(refunded);
            assertThat(account.refundable()).as("refundable").isEqualTo(refundable);
        });
    }

    @Test
    void moneyIsReservedCapturedAndGivenBackAndTheAccountShowsIt() throws IOException {
        assertThat(perform(authorise, AMOUNT).outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertAccount(AMOUNT, 0, 0, 0);
        assertThat(perform(capture, AMOUNT).outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertAccount(0, AMOUNT, 0, AMOUNT);
        assertThat(perform(refund, AMOUNT).outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertAccount(0, AMOUNT, AMOUNT, 0);
    }

    @Test
    void aRepetitionGetsTheSameAnswerAndHasNoSecondEffect() throws IOException {
        Request authorisation = request(authorise, AMOUNT);
        Request capturing = request(capture, AMOUNT);
        Request refunding = request(refund, 1_000);
        for (Request request : new Request[] {authorisation, authorisation, capturing, capturing, authorisation, refunding, refunding, capturing}) {
            assertThat(provider().perform(request).outcome()).as(request.key()).isEqualTo(Outcome.SUCCEEDED);
        }
        assertAccount(0, AMOUNT, 1_000, AMOUNT - 1_000);
    }

    @Test
    void aDeclineIsFinal() throws IOException {
        Request early = request(capture, AMOUNT);
        assertThat(provider().perform(early).isDeclined("not_authorised")).isTrue();
        perform(authorise, AMOUNT);
        assertThat(provider().perform(early).isDeclined("not_authorised")).isTrue();
        assertAccount(AMOUNT, 0, 0, 0);
    }

    @Test
    void aReusedKeyWithOtherContentIsAnError() throws IOException {
        Request authorisation = request(authorise, AMOUNT);
        provider().perform(authorisation);
        Request other = new Request(authorisation.key(), authorisation.reference(), authorise, order, "note20", AMOUNT + 1);
        assertThatThrownBy(() -> provider().perform(other)).isInstanceOf(IOException.class);
        assertAccount(AMOUNT, 0, 0, 0);
    }

    @Test
    void aReleaseWithoutAReservationClosesTheReference() throws IOException {
        assertThat(perform(release, AMOUNT).outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(perform(authorise, AMOUNT).isDeclined("closed")).isTrue();
        assertThat(perform(capture, AMOUNT).isDeclined("closed")).isTrue();
        assertAccount(0, 0, 0, 0);
    }

    @Test
    void aCapturedAmountIsNotReleased() throws IOException {
        perform(authorise, AMOUNT);
        perform(capture, AMOUNT);
        assertThat(perform(release, AMOUNT).isDeclined("captured")).isTrue();
        assertAccount(0, AMOUNT, 0, AMOUNT);
    }

    @Test
    void aCaptureTakesAtMostWhatIsAuthorisedAndOnce() throws IOException {
        perform(authorise, AMOUNT);
        assertThat(perform(capture, AMOUNT + 1).outcome()).isEqualTo(Outcome.DECLINED);
        assertThat(perform(capture, AMOUNT).outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(perform(capture, AMOUNT).isDeclined("already_captured")).isTrue();
        assertAccount(0, AMOUNT, 0, AMOUNT);
    }

    @Test
    void aRefundGivesBackAtMostWhatIsCaptured() throws IOException {
        assertThat(perform(refund, AMOUNT).outcome()).isEqualTo(Outcome.DECLINED);
        perform(authorise, AMOUNT);
        perform(capture, AMOUNT);
        assertThat(perform(refund, AMOUNT + 1).outcome()).isEqualTo(Outcome.DECLINED);
        assertThat(perform(refund, AMOUNT - 1).outcome()).isEqualTo(Outcome.SUCCEEDED);
        assertThat(perform(refund, 2).outcome()).isEqualTo(Outcome.DECLINED);
        assertAccount(0, AMOUNT, AMOUNT - 1, 1);
    }

    @Test
    void anOrderThatTheProviderDoesNotKnowHasNoAccount() throws IOException {
        Optional<Account> account = provider().account(order);
        assertThat(account).isEmpty();
    }

    @Test
    void aProviderThatDoesNotAnswerIsAnError() {
        assertThatThrownBy(() -> unreachable().perform(request(authorise, AMOUNT))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> unreachable().account(order)).isInstanceOf(IOException.class);
    }
}
