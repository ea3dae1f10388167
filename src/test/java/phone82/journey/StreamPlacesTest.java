package phone82.journey;

import com.nimbusds.jwt.JWTClaimsSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;
import phone82.Stub;
import phone82.journey.RawHttp.Answer;
import phone82.journey.RawHttp.Connection;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Event streams leave connections of the gateway for other requests and for other users. */
class StreamPlacesTest {

    // stays open: a repetition of a failed test uses it again
    private static final Stub CUSTOMER = EndlessStream.start(1);
    @RegisterExtension
    static final Issuer ISSUER = new Issuer();

    @RegisterExtension
    static final Phone82Extension WITHOUT_LOGIN = gateway("--phone82.http.connections=20");

    @RegisterExtension
    static final Phone82Extension WITH_LOGIN = gateway("--phone82.identity.issuer=" + ISSUER.url(), "--phone82.gateway.streams-per-user=2");

    /** More than the buffers on the way to a reader can take. */
    private static final Stub CUSTOMER_WITH_NEWS = EndlessStream.start(400_000);

    @RegisterExtension
    static final Phone82Extension WITH_NEWS = gateway(CUSTOMER_WITH_NEWS, "--phone82.identity.issuer=" + ISSUER.url(), "--phone82.gateway.reader-patience=5s");

    private static Phone82Extension gateway(String... options) {
        return gateway(CUSTOMER, options);
    }

    private static Phone82Extension gateway(Stub customer, String... options) {
        return Phone82Extension.only(Set.of(Context.GATEWAY), Stream.concat(Stream.of(options),
                Stream.of("--phone82.gateway.customer-url=" + customer.url())).toArray(String[]::new));
    }

    @Test
    void streamsUseHalfOfTheConnections() {
        RawHttp gateway = new RawHttp(WITHOUT_LOGIN.port(Context.GATEWAY));
        List<Connection> open = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) {
                open.add(opened(gateway.from("127.0.0." + (i + 1)), ""));
            }

            Answer refused = gateway.once(stream(""));
            assertThat(refused.problem()).isEqualTo(503);
            assertThat(refused.headers()).containsEntry("retry-after", "5");
            assertThat(gateway.once("GET /openapi.json HTTP/1.1\r\nHost: shop\r\n\r\n").status()).isEqualTo(200);

            open.remove(0).close();
            await().ignoreExceptionsInstanceOf(AssertionError.class).until(() -> open.add(opened(gateway, "")));
            assertThat(gateway.once(stream("")).problem()).isEqualTo(503);
        } finally {
            open.forEach(Connection::close);
        }
    }

    @Test
    void aUserHasALimitAtAllAddressesTogether() {
        RawHttp gateway = new RawHttp(WITH_LOGIN.port(Context.GATEWAY));
        String kim = ISSUER.token("kim", "customer");
        String lee = ISSUER.token("lee", "operator");
        List<Connection> open = new ArrayList<>();
        try {
            open.add(opened(gateway, kim));
            open.add(opened(gateway.from("127.0.0.2"), kim));

            assertThat(gateway.from("127.0.0.3").once(stream(kim)).problem()).isEqualTo(429);
            open.add(opened(gateway, ISSUER.token("ann", "customer")));
            for (int i = 0; i < 3; i++) {
                open.add(opened(gateway, lee));
            }

            open.remove(0).close();
            await().ignoreExceptionsInstanceOf(AssertionError.class).until(() -> open.add(opened(gateway, kim)));
        } finally {
            open.forEach(Connection::close);
        }
    }

    /** The reader takes the rest of the stream when its login has ended, and goes on with the connection. */
    @Test
    void aReaderThatWasSlowBeforeTheEndKeepsItsConnection() {
        // with the minute for clocks it is valid for 2 to 3 s
        Instant expires = Instant.now().minusSeconds(57).truncatedTo(ChronoUnit.SECONDS);
        String kim = ISSUER.signed(new JWTClaimsSet.Builder().issuer(ISSUER.url()).subject("kim").audience("phone82").expirationTime(Date.from(expires))
                .claim("roles", List.of("customer")));
        Instant begun = Instant.now();
        try (Connection reader = new RawHttp(WITH_NEWS.port(Context.GATEWAY)).connect()) {
            reader.send(stream(kim));
            await().until(() -> Instant.now().isAfter(expires.plusSeconds(60).plusMillis(500)));
            Answer taken = reader.answer();
            assertThat(taken.status()).isEqualTo(200);
            assertThat(taken.body().length).as("bytes, of 11 MB").isBetween(100_000, 9_000_000);

            await().until(() -> Instant.now().isAfter(begun.plusSeconds(6)));
            reader.send("GET /openapi.json HTTP/1.1\r\nHost: shop\r\n\r\n");
            assertThat(reader.answer()).isNotNull().extracting(Answer::status).isEqualTo(200);
        }
    }

    private static Connection opened(RawHttp gateway, String token) {
        Connection connection = gateway.connect();
        connection.send(stream(token));
        Answer head = connection.answer(true);
        if (head.status() != 200) {
            connection.close();
        }
        assertThat(head.status()).isEqualTo(200);
        return connection;
    }

    private static String stream(String token) {
        return "GET /history/stream HTTP/1.1\r\nHost: shop\r\n" + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n") + "\r\n";
    }
}
