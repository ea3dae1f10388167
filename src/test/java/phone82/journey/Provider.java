package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;

/** Test access to the payment provider: its ledger, and faults on demand. */
public final class Provider {

    private final Shop http;

    public Provider(Shop http) {
        this.http = http;
    }

    /** Replaces all faults; a fault is a JSON object like {@code {"operation":"capture","kind":"lose","count":1}}. */
    public void setFaults(String... faults) {
        setFaults(System.nanoTime(), faults);
    }

    /** @param seed of the generator behind probabilities */
    public void setFaults(long seed, String... faults) {
        http.send(http.request("/faults").header("Authorization", "Bearer demo-provider-control").header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"seed\":" + seed + ",\"faults\":[" + String.join(",", faults) + "]}"))).expect(200);
    }

    public void removeFaults() {
        setFaults();
    }

    /** Whether a fault is still pending. */
    public boolean hasFaultsLeft() {
        return !http.send(http.request("/faults").header("Authorization", "Bearer demo-provider-control").GET()).expect(200)
                .body().get("faults").isEmpty();
    }

    /** Delays every authorisation. */
    public void slowDown(int minMillis, int maxMillis) {
        setFaults("{\"operation\":\"authorise\",\"kind\":\"delay\",\"millis\":" + minMillis + ",\"maxMillis\":" + maxMillis + "}");
    }

    /** The ledger's account of an order; 404 if there is none. */
    public Shop.Answer account(long orderId) {
        return http.send(http.request("/accounts/" + orderId).header("Authorization", "Bearer demo-provider-key").GET());
    }

    /** Refunds an order's captured money, as an operator does at the provider, or as pay does with its own key. */
    public void refund(long orderId, long amount, String key) {
        perform("refund", orderId, amount, key);
    }

    /** Performs an operation on an order's first reservation, of a {@code note20}. */
    void perform(String operation, long orderId, long amount, String key) {
        http.send(http.request("/payments/" + orderId + "-1/" + operation).header("Authorization", "Bearer demo-provider-key").header("Idempotency-Key", key)
                .header("Content-Type", "application/json").POST(BodyPublishers.ofString("{\"orderId\":" + orderId + ",\"amount\":" + amount
                        + ",\"item\":\"note20\"}"))).expect(200);
    }

    /** The ledger's accounts of all orders. */
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

    /** Captured and reserved won less refunds: the order's whole money at the provider. */
    public long held(long orderId) {
        Shop.Answer account = account(orderId);
        if (account.status() == 404) {
            return 0;
        }
        JsonNode money = account.expect(200).body();
        return money.get("reserved").asLong() + money.get("captured").asLong() - money.get("refunded").asLong();
    }
}
