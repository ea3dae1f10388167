package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.journey.Issuer;
import phone82.journey.Shop;
import phone82.platform.api.Json;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** {@code kill -9} of contexts and of the command in the middle of an erasure, which is then repeated. */
@Tag("long")
class ErasureKillIT {

    private static final String ANN = "ann-2f6e91c4";
    private static final String COMMAND = "erase-subject " + ANN;
    private static final List<String> LISTS = List.of("/orders", "/payments", "/deliveries", "/history");
    private static final int ORDERS = 5;

    @Test
    void aRepeatedErasureIsCompleteWithTheSamePseudonym() throws Exception {
        try (Issuer issuer = new Issuer(); Processes phone82 = new Processes("erasure", "--phone82.store.dispatch-delay=0s", "--phone82.warm-up=0",
                "--phone82.identity.issuer=" + issuer.url(), "--phone82.app.payment.response-timeout=4000", "--phone82.pay.provider-authorisation-limit=3s")) {
            phone82.start("broker coordinator provider");
            phone82.start("customer", "store", "pay", "app", "gateway");
            Shop ann = new Shop(phone82.gateway().url(""), issuer.token(ANN, "customer"));
            Shop bob = new Shop(phone82.gateway().url(""), issuer.token("bob-51d0a7b3", "customer"));
            for (int i = 0; i < ORDERS; i++) {
                ann.awaitShipped(ann.place(anOrder()).expect(201).id());
                bob.awaitShipped(bob.place(anOrder()).expect(201).id());
            }
            Map<String, List<JsonNode>> bobs = lists(bob);

            JsonNode begun = phone82.shop(Context.APP).post("/erasures", Json.text(Map.of("subject", ANN))).expect(200).body();
            String pseudonym = begun.get("pseudonym").asText();
            phone82.shop(Context.PAY).post("/erasures/" + pseudonym, Json.text(Map.of("subject", ANN, "before", begun.get("before").asLong()))).expect(200);
            phone82.kill("pay");
            assertThat(phone82.run(2, COMMAND)).contains("pay does not answer", "repeat the command");
            assertThat(ann.all("/orders")).as("the others are not erased yet").hasSize(ORDERS);
            phone82.start("pay");

            Path log = phone82.launch(COMMAND);
            await().pollInterval(Duration.ofMillis(2)).until(() -> Files.readString(log).contains("the pseudonym is " + pseudonym));
            phone82.kill("customer");
            phone82.handles().get(COMMAND).destroyForcibly();
            phone82.handles().get(COMMAND).onExit().join();
            phone82.start("customer");
            String said = phone82.run(0, COMMAND);

            System.out.println(said);
            Shop erased = new Shop(phone82.gateway().url(""), issuer.token(pseudonym, "customer"));
            for (String list : LISTS) {
                assertThat(ann.all(list)).as(list).isEmpty();
                assertThat(erased.all(list)).as(list + " under the pseudonym").hasSize(ORDERS);
            }
            assertThat(lists(bob)).isEqualTo(bobs);
            assertThat(phone82.run(0, "export-events")).contains(pseudonym).doesNotContain(ANN);
            assertThat(phone82.reconcile().breaches()).isEmpty();
            // the test itself has asked as her meanwhile
            assertThat(phone82.run(0, COMMAND)).contains("app: 0 deadLetters, 0 events, 0 idempotency, 0 new_owner, 0 orders");
            assertThat(audits(phone82.data("audit"))).contains(pseudonym, "bob-51d0a7b3").doesNotContain(ANN);
        }
    }

    private static Map<String, List<JsonNode>> lists(Shop customer) {
        Map<String, List<JsonNode>> lists = new LinkedHashMap<>();
        LISTS.forEach(list -> lists.put(list, customer.all(list)));
        return lists;
    }

    private static String audits(Path folder) throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(folder)) {
            files.sorted().forEach(file -> {
                try {
                    all.append(Files.readString(file));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return all.toString();
    }
}
