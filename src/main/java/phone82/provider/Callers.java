package phone82.provider;

import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import phone82.platform.Problem;

import java.security.MessageDigest;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Who may call the provider: its customers with the API key, the demonstrator of failures with the control key. */
public class Callers {

    private final byte[] apiKey;
    private final byte[] controlKey;

    Callers(String apiKey, String controlKey) {
        this.apiKey = ("Bearer " + apiKey).getBytes(UTF_8);
        this.controlKey = ("Bearer " + controlKey).getBytes(UTF_8);
    }

    /** @throws Problem 401 without the API key */
    public void admitCustomer(Exchange exchange) {
        admit(apiKey, exchange);
    }

    /** @throws Problem 401 without the control key */
    public void admitDemonstrator(Exchange exchange) {
        admit(controlKey, exchange);
    }

    private static void admit(byte[] expected, Exchange exchange) {
        String sent = exchange.getMessage(HttpMessage.class).getRequest().getHeader("Authorization");
        if (sent == null || !MessageDigest.isEqual(expected, sent.getBytes(UTF_8))) {
            throw new Problem(401, "Not allowed", "Send the key for this operation: Authorization: Bearer <key>.")
                    .header("WWW-Authenticate", "Bearer");
        }
    }
}
