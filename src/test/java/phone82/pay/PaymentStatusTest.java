package phone82.pay;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static phone82.pay.PaymentStatus.Authorised;
import static phone82.pay.PaymentStatus.Cancelling;
import static phone82.pay.PaymentStatus.Completed;
import static phone82.pay.PaymentStatus.Expired;
import static phone82.pay.PaymentStatus.Refunded;
import static phone82.pay.PaymentStatus.Rejected;
import static phone82.pay.PaymentStatus.Voided;

class PaymentStatusTest {

    private static final Map<PaymentStatus, Set<PaymentStatus>> ALLOWED = Map.of(
            Authorised, Set.of(Completed, Cancelling, Voided, Expired),
            Expired, Set.of(Authorised, Cancelling, Voided),
            Completed, Set.of(Cancelling),
            Cancelling, Set.of(Authorised, Completed, Expired, Voided, Refunded),
            Voided, Set.of(),
            Refunded, Set.of(),
            Rejected, Set.of());

    @ParameterizedTest
    @EnumSource
    void aPaymentGoesOnlyWhereItMay(PaymentStatus from) {
        assertThat(PaymentStatus.values()).filteredOn(from::canBecome).containsExactlyInAnyOrderElementsOf(ALLOWED.get(from));
    }
}
