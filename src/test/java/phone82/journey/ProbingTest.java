package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.SpringCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The probe of the gateway at the gateway's own port. No test depends on when a round begins. */
@ExtendWith(OutputCaptureExtension.class)
class ProbingTest {

    @RegisterExtension
    static final Issuer ISSUER = new Issuer();
    private static final String ITEM = "abc123";

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.identity.issuer=" + ISSUER.url(), "--phone82.store.dispatch-delay=1h",
            "--phone82.probe.url=http://localhost:${phone82.gateway.port}", "--phone82.probe.every=1s", "--phone82.probe.step-timeout=2000",
            "--phone82.probe.item=" + ITEM);

    private final Shop olga = new Shop(PHONE82.gateway().url(""), ISSUER.token("olga", "operator"));

    @Test
    void eachRoundOrdersAsAGuestAndCancels() {
        succeedsTwice();

        List<JsonNode> orders = olga.all("/orders");
        assertThat(orders).allMatch(order -> order.get("item").asText().equals(ITEM));
        assertThat(orders.subList(1, orders.size())).isNotEmpty().as("all but the one in progress").allMatch(ProbingTest::isOver);
        long first = orders.get(orders.size() - 1).get("id").asLong();
        await().untilAsserted(() -> assertThat(PHONE82.provider().held(first)).isZero());
        assertThat(PHONE82.bean(Context.APP, JdbcTemplate.class).queryForList("select distinct owner from orders", String.class))
                .singleElement().satisfies(owner -> assertThat(owner).startsWith("guest:"));
        for (String step : List.of("order", "follow", "cancel")) {
            assertThat(PHONE82.operations().metric("phone82_probe_seconds_count{context=\"gateway\",step=\"" + step + "\"}")).isPositive();
        }
        assertThat(unsuccessfulSeconds()).isLessThan(20);
    }

    @Test
    void aDeclinedPaymentFailsRoundsUntilTheProviderAccepts(CapturedOutput output) {
        PHONE82.provider().setFaults("{\"operation\":\"authorise\",\"kind\":\"decline\"}");
        failsAgain("order-failed");

        assertThat(output).containsPattern("WARN .*The probe fails at the step order: POST /orders is answered 402 ");
        PHONE82.provider().removeFaults();
        succeedsTwice();
    }

    @Test
    void anOrderThatCannotBeFollowedIsCancelledBeforeTheNextIsPlaced(CapturedOutput output) throws Exception {
        // not in the middle of a round, whose order would be followed already
        ready(ReadinessState.REFUSING_TRAFFIC);
        ticksTwice();
        CamelContext customer = PHONE82.bean(Context.CUSTOMER, CamelContext.class);
        customer.getRouteController().stopRoute("customer-receive-events");
        ready(ReadinessState.ACCEPTING_TRAFFIC);
        failsAgain("follow-failed");
        List<JsonNode> orders = olga.all("/orders");
        failsAgain("cancel-failed");

        assertThat(output).containsPattern("WARN .*The probe fails at the step follow: after 2000 ms GET /history/\\d+ is still answered 404 Not found");
        assertThat(olga.all("/orders")).hasSameSizeAs(orders).allMatch(ProbingTest::isOver);
        customer.getRouteController().startRoute("customer-receive-events");
        succeedsTwice();
    }

    @Test
    void anOrderThatIsShippedBecauseItCouldNotBeCancelledIsOver(CapturedOutput output) throws Exception {
        CamelContext app = PHONE82.bean(Context.APP, CamelContext.class);
        app.getRouteController().stopRoute("app-cancel-order");
        failsAgain("cancel-failed");
        long open = olga.all("/orders").get(0).get("id").asLong();
        olga.post("/deliveries/" + open + "/shipment", "").expect(200);
        olga.awaitShipped(open);

        assertThat(output).containsPattern("WARN .*The probe fails at the step cancel: DELETE /orders/" + open + " is answered 50");
        app.getRouteController().startRoute("app-cancel-order");
        succeedsTwice();
    }

    @Test
    void aGatewayThatIsStoppingBeginsNoRound() {
        ready(ReadinessState.REFUSING_TRAFFIC);
        ticksTwice();
        List<JsonNode> orders = olga.all("/orders");
        ticksTwice();

        assertThat(olga.all("/orders")).hasSameSizeAs(orders).allMatch(ProbingTest::isOver);
        ready(ReadinessState.ACCEPTING_TRAFFIC);
        succeedsTwice();
    }

    /** Without another round that could cancel it. */
    @Test
    void anOrderThatCannotBeFollowedIsCancelledAtOnce() throws Exception {
        ready(ReadinessState.REFUSING_TRAFFIC);
        ticksTwice();
        CamelContext customer = PHONE82.bean(Context.CUSTOMER, CamelContext.class);
        customer.getRouteController().stopRoute("customer-receive-events");
        int orders = olga.all("/orders").size();
        ready(ReadinessState.ACCEPTING_TRAFFIC);
        await().untilAsserted(() -> assertThat(olga.all("/orders")).hasSizeGreaterThan(orders));
        ready(ReadinessState.REFUSING_TRAFFIC);
        ticksTwice();

        assertThat(olga.all("/orders")).hasSize(orders + 1).allMatch(ProbingTest::isOver);
        customer.getRouteController().startRoute("customer-receive-events");
        ready(ReadinessState.ACCEPTING_TRAFFIC);
        succeedsTwice();
    }

    private static void ready(ReadinessState state) {
        AvailabilityChangeEvent.publish(PHONE82.bean(Context.GATEWAY, SpringCamelContext.class).getApplicationContext(), state);
    }

    /** After the second one, a round that was in progress is over. */
    private static void ticksTwice() {
        double before = ticks();
        await().untilAsserted(() -> assertThat(ticks()).isGreaterThan(before + 1));
    }

    private static double ticks() {
        return PHONE82.operations().metric("camel_exchanges_total{camelContext=\"gateway\",context=\"gateway\",eventType=\"route\",kind=\"CamelRoute\",routeId=\"gateway-probe-shop\"}");
    }

    private static boolean isOver(JsonNode order) {
        return List.of("Cancelled", "Shipped").contains(order.get("status").asText());
    }

    private static void succeedsTwice() {
        double before = rounds("cancelled");
        await().untilAsserted(() -> assertThat(rounds("cancelled")).isGreaterThan(before + 1));
    }

    /** Also after a round that was in progress. */
    private static void failsAgain(String outcome) {
        double before = rounds(outcome);
        await().untilAsserted(() -> assertThat(rounds(outcome)).isGreaterThan(before));
    }

    private static double rounds(String outcome) {
        return PHONE82.operations().metric("phone82_probe_rounds_total{context=\"gateway\",outcome=\"" + outcome + "\"}");
    }

    private static double unsuccessfulSeconds() {
        return PHONE82.operations().metric("phone82_probe_unsuccessful_seconds{context=\"gateway\"}");
    }
}
