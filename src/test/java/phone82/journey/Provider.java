package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;

/** The payment provider, as a test sees it: its ledger, and its failures on demand. */
public final class Provider {

    private final Shop http;

    public Provider(Shop http) {
        this.http = http;
    }

    /** Failures as JSON objects, for example {@code {"operation":"capture","kind":"lose","count":1}}. */
    public void fails(String... faults) {
        fails(System.nanoTime(), faults);
    }

    /** @param seed of the generator behind probabilities */
    public void fails(long seed, String... faults) {
        http.send(http.request("/faults").header("Authorization", "Bearer demo-provider-control").header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"seed\":" + seed + ",\"faults\":[" + String.join(",", faults) + "]}"))).expect(200);
    }

    public void works() {
        fails();
    }

    /** Whether a failure is still to come. */
    public boolean hasFaultsLeft() {
        return !http.send(http.request("/faults").header("Authorization", "Bearer demo-provider-control").GET()).expect(200)
                .body().get("faults").isEmpty();
    }

    /** Every authorisation takes so long. */
    public void slowDown(int minMillis, int maxMillis) {
        fails("{\"operation\":\"authorise\",\"kind\":\"delay\",\"millis\":" + minMillis + ",\"maxMillis\":" + maxMillis + "}");
    }

    /** What the ledger says of an order; 404 if it knows none. */
    public Shop.Answer account(long orderId) {
        return http.send(http.request("/accounts/" + orderId).header("Authorization", "Bearer demo-provider-key").GET());
    }

    /** What the ledger says of all orders that it knows. */
    public List<JsonNode> accounts() {
        List<JsonNode> accounts = new ArrayList<>();
        String next = "";
        while (next != null) {
            JsonNode page = http.send(http.request("/accounts?size=200" + next).header("Authorization", "Bearer demo-provider-key").GET())
                    .expect(200).body();
            page.get("items").forEach(accounts::add);
            next = page.hasNonNull("next") ? "&after=" + page.get("next").asText() : null;
        }
        return accounts;
    }

    /** Won that are reserved, captured and not given back: the order's whole money at the provider. */
    public long held(long orderId) {
        Shop.Answer account = account(orderId);
        if (account.status() == 404) {
            return 0;
        }
        JsonNode money = account.expect(200).body();
        return money.get("reserved").asLong() + money.get("captured").asLong() - money.get("refunded").asLong();
    }
}
