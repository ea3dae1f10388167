package phone82.pay.provider;

import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.journey.Phone82Extension;

import java.time.Duration;
import java.util.EnumSet;

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

    private static PaymentProvider at(String url) {
        Duration patience = Duration.ofSeconds(5);
        return new HttpProvider(url, "demo-provider-key", patience, patience, patience, patience);
    }
}
