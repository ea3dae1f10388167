package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import phone82.Context;
import phone82.journey.Shop;
import phone82.journey.Shop.Answer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** Machines with another language, with IPv6, and with unusual folder names. */
@Tag("long")
class UnusualMachineIT {

    @ParameterizedTest
    @CsvSource({"tr, TR, ::1, a b", "ko, KR, 127.0.0.1, 'b, c#d%20e?$f''(g)'", "ar, EG, [::1], ~"})
    void ordersShip(String language, String country, String address, String name) throws Exception {
        try (Processes phone82 = new Processes("elsewhere", "--phone82.store.dispatch-delay=20s", "--phone82.warm-up=0", "--phone82.bind=" + address,
                "--phone82.app.payment.response-timeout=4000", "--phone82.pay.provider-authorisation-limit=3s", "--phone82.app.breaker.open=1h")) {
            Path place = Files.createDirectories(phone82.data("place"));
            List<String> locale = List.of("-Duser.language=" + language, "-Duser.country=" + country, "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC", "-Xmx256m");
            phone82.set("--phone82.data=" + name);
            if (address.contains(":")) {
                phone82.set("--phone82.broker.url=(tcp://[::1]:" + phone82.port(Context.BROKER) + ",tcp://[::1]:1)?ha=true");
            }
            phone82.launchWith((contexts, arguments) -> {
                List<String> relative = arguments.stream().filter(argument -> !argument.startsWith("--phone82.data=/")).toList();
                return Processes.java(locale, relative).directory(place.toFile());
            });
            phone82.start("");
            String host = address.contains(":") ? "[::1]" : "localhost";
            Shop shop = new Shop("http://" + host + ":" + phone82.port(Context.GATEWAY));

            long id = shop.place(anOrder()).expect(201).id();
            long cancelled = shop.place(anOrder()).expect(201).id();
            // the first request may take longer than the gateway waits; repeating it is harmless
            await().until(() -> shop.send("DELETE", "/orders/" + cancelled, null, null).status() == 200);
            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(shop.get("/history/" + id).expect(200).body().path("status").asText()).isEqualTo("Shipped"));
            Answer refused = shop.post("/orders", "{\"item\":\"\",\"qty\":0}").expect(422);
            assertThat(refused.body().toString()).matches("\\p{ASCII}+").contains("must");
            try (Stream<Path> inside = Files.list(place)) {
                assertThat(inside.map(file -> file.getFileName().toString())).containsExactly(name);
            }
            try (Stream<Path> data = Files.list(place.resolve(name))) {
                assertThat(data.map(file -> file.getFileName().toString())).contains("app", "pay", "store", "customer", "provider", "broker", "coordinator");
            }
            assertThat(phone82.run(0, "reconcile").lines()).containsExactly("all 2 orders agree");
            String operations = phone82.log(1).lines().filter(line -> line.contains("operations ")).findFirst().orElseThrow().replaceAll(".*(http://\\S+).*", "$1");
            assertThat(new Shop(operations).metrics()).contains("state=\"disabled\"").doesNotContain("d\u0131sabled");
            phone82.stop("");
        }
    }
}
