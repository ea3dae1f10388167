package phone82.provider;

import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import phone82.platform.Problem;
import phone82.platform.http.BearerKey;

/** Who may call the provider: its customers with the API key, the demonstrator of failures with the control key. */
public class Callers {

    private static final String REFUSAL = "Send the key for this operation: Authorization: Bearer <key>.";

    private final BearerKey apiKey;
    private final BearerKey controlKey;

    Callers(String apiKey, String controlKey) {
        this.apiKey = new BearerKey(apiKey, REFUSAL);
        this.controlKey = new BearerKey(controlKey, REFUSAL);
    }

    /** @throws Problem 401 without the API key */
    public void admitCustomer(Exchange exchange) {
        admit(apiKey, exchange);
    }

    /** @throws Problem 401 without the control key */
    public void admitDemonstrator(Exchange exchange) {
        admit(controlKey, exchange);
    }

    private static void admit(BearerKey key, Exchange exchange) {
        key.require(exchange.getMessage(HttpMessage.class).getRequest().getHeader("Authorization"));
    }
}
