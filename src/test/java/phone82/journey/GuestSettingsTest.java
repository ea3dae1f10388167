package phone82.journey;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.Stub;
import phone82.journey.Shop.Answer;

import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** The gateway's settings for guests. Apart from a stub no other context runs: a request that the gateway lets through gets 503. */
class GuestSettingsTest {

    private static final AtomicInteger STATUS = new AtomicInteger();

    @AutoClose
    private static final Stub APP = new Stub().on("/", request -> Stub.answer(request, STATUS.get()));

    @RegisterExtension
    static final Issuer ISSUER = new Issuer();
    private static final String SECRET = "A".repeat(43);

    @RegisterExtension
    static final Phone82Extension WITHOUT = Phone82Extension.only(EnumSet.of(Context.GATEWAY), "--phone82.identity.issuer=" + ISSUER.url(), "--phone82.identity.guests=false");

    @RegisterExtension
    static final Phone82Extension LIMITED = Phone82Extension.only(EnumSet.of(Context.GATEWAY), "--phone82.identity.issuer=" + ISSUER.url(), "--phone82.gateway.guest-rate=3");

    @RegisterExtension
    static final Phone82Extension FEW_ORDERS = Phone82Extension.only(EnumSet.of(Context.GATEWAY), "--phone82.identity.issuer=" + ISSUER.url(), "--phone82.gateway.guest-orders=3",
            "--phone82.gateway.app-url=" + APP.url());

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
        STATUS.set(503);
        assertThat(guestsOrder(5)).extracting(Answer::status).as("nothing is stored").containsOnly(503);

        STATUS.set(201);
        List<Answer> orders = guestsOrder(5);
        assertThat(orders).extracting(Answer::status).containsExactly(201, 201, 201, 429, 429);
        assertThat(orders.get(3).body().get("detail").asText()).contains("3 orders at once");
        Shop.ofGuest(FEW_ORDERS.gateway().url(""), SECRET).get("/orders/1").expect(201);
        new Shop(FEW_ORDERS.gateway().url(""), ISSUER.token("ann", "customer")).place(anOrder()).expect(201);
    }

    /** App may store it all the same. */
    @Test
    void theOrderOfAGuestWhoHangsUpCounts() {
        RawHttp guest = new RawHttp(FEW_ORDERS.port(Context.GATEWAY)).from("127.0.0.2");
        long before = closed();
        AtomicInteger arrived = new AtomicInteger();
        CountDownLatch answer = new CountDownLatch(1);
        APP.on("/orders", request -> {
            arrived.incrementAndGet();
            answer.await();
            Stub.answer(request, 201);
        });
        try {
            for (int i = 1; i <= 3; i++) {
                int number = i;
                try (RawHttp.Connection connection = guest.connect()) {
                    connection.send(order());
                    await().until(() -> arrived.get() == number);
                }
                await().until(() -> closed() == before + number);
            }
            answer.countDown();

            assertThat(guest.once(order()).problem()).isEqualTo(429);
        } finally {
            answer.countDown();
            APP.on("/orders", request -> Stub.answer(request, STATUS.get()));
        }
    }

    private static String order() {
        String body = "{\"item\":\"note20\",\"qty\":1}";
        return "POST /orders HTTP/1.1\r\nHost: localhost\r\nAuthorization: Guest " + SECRET + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    private static long closed() {
        return FEW_ORDERS.bean(Context.GATEWAY, MeterRegistry.class).find("http.server.requests").tag("status", "closed").timers().stream().mapToLong(Timer::count).sum();
    }

    private static List<Answer> guestsOrder(int times) {
        return IntStream.range(0, times).mapToObj(i -> Shop.ofGuest(FEW_ORDERS.gateway().url(""), String.valueOf((char) ('A' + i)).repeat(43)).place(anOrder())).toList();
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
