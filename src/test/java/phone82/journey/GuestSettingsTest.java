package phone82.journey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.journey.Shop.Answer;

import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static phone82.journey.Shop.anOrder;

/** The gateway's settings for guests. No other context runs: a request that the gateway lets through gets 503. */
class GuestSettingsTest {

    @RegisterExtension
    static final Issuer ISSUER = new Issuer();
    private static final String SECRET = "A".repeat(43);

    @RegisterExtension
    static final Phone82Extension WITHOUT = Phone82Extension.only(EnumSet.of(Context.GATEWAY), "--phone82.identity.issuer=" + ISSUER.url(), "--phone82.identity.guests=false");

    @RegisterExtension
    static final Phone82Extension LIMITED = Phone82Extension.only(EnumSet.of(Context.GATEWAY), "--phone82.identity.issuer=" + ISSUER.url(), "--phone82.gateway.guest-rate=3");

    @RegisterExtension
    static final Phone82Extension FEW_ORDERS = Phone82Extension.only(EnumSet.of(Context.GATEWAY), "--phone82.identity.issuer=" + ISSUER.url(), "--phone82.gateway.guest-orders=3");

    @Test
    void withoutGuestsOneMustLogIn() {
        Shop guest = Shop.ofGuest(WITHOUT.gateway().url(""), SECRET);
        Answer nobodys = WITHOUT.gateway().place(anOrder()).expect(401);
        Answer guests = guest.place(anOrder()).expect(401);

        assertThat(guests.body().get("detail")).isEqualTo(nobodys.body().get("detail"));
        assertThat(guest.get("/session").body().get("guests").asBoolean()).isFalse();
    }

    @Test
    void guestsOfOneAddressOrderAFewTimesAnHourAndOthersMayOrderMore() {
        List<Answer> orders = IntStream.range(0, 5).mapToObj(i -> Shop.ofGuest(FEW_ORDERS.gateway().url(""), String.valueOf((char) ('A' + i)).repeat(43)).place(anOrder())).toList();

        assertThat(orders).extracting(Answer::status).containsExactly(503, 503, 503, 429, 429);
        assertThat(orders.get(3).body().get("detail").asText()).contains("3 times an hour");
        Shop.ofGuest(FEW_ORDERS.gateway().url(""), SECRET).get("/orders/1").expect(503);
        new Shop(FEW_ORDERS.gateway().url(""), ISSUER.token("ann", "customer")).place(anOrder()).expect(503);
    }

    @Test
    void guestsOfOneAddressAreLimitedAndOthersAreNot() {
        List<Answer> answers = IntStream.range(0, 60).mapToObj(i -> Shop.ofGuest(LIMITED.gateway().url(""), "%043d".formatted(i)).get("/orders/1")).toList();

        assertThat(answers.get(0).status()).isEqualTo(503);
        assertThat(answers).filteredOn(answer -> answer.status() == 429).hasSizeGreaterThan(5).allMatch(answer -> answer.header("Retry-After") != null);
        new Shop(LIMITED.gateway().url(""), ISSUER.token("ann", "customer")).get("/orders/1").expect(503);
        assertThat(LIMITED.gateway().get("/session").body().get("guests").asBoolean()).isTrue();
    }
}
