package phone82.drill;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.Context;
import phone82.journey.Databases;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/** Failed starts on a wrong or missing database: each ends with one line that has the reason and the remedy. */
class UnusableDatabaseIT {

    static Stream<Arguments> unusableDatabases() {
        return Stream.of(
                arguments("pay", "url=jdbc:postgresql://localhost:1/pay", "no database answers at jdbc:postgresql://localhost:1/pay"),
                arguments("store", "url=jdbc:hsqldb:hsql://localhost:1/store", "no database answers at jdbc:hsqldb:hsql://localhost:1/store"),
                arguments("pay", "url=postgresql://localhost:1/pay", "phone82.pay.database.url=postgresql://localhost:1/pay (command line) is not the URL of a supported database"),
                arguments("pay", "url=jdbc:postgresql://localhost:1", "jdbc:postgresql://localhost:1 is no URL of a database"),
                arguments("pay", "password=wrong", "refuses user pay"),
                arguments("store", "password=wrong", "refuses user store"),
                arguments("pay", "user=nobody", "refuses user nobody"),
                arguments("app", "url=%s-that-is-not-there", "-that-is-not-there cannot be used"),
                arguments("store", "url=%s-that-is-not-there", "-that-is-not-there cannot be used"));
    }

    @ParameterizedTest
    @MethodSource("unusableDatabases")
    void anUnusableDatabaseIsReported(String context, String wrong, String message) throws Exception {
        try (Processes phone82 = new Processes("database", data -> Databases.onServers(data, Set.of(Context.valueOf(context.toUpperCase(Locale.ROOT)))),
                "--phone82.database.wait=5s")) {
            String property = "--phone82." + context + ".database.";
            String url = phone82.databases().options().stream().filter(option -> option.startsWith(property + "url="))
                    .findFirst().orElseThrow().substring((property + "url=").length());
            phone82.set(property + wrong.formatted(url));

            assertThat(phone82.run(1, context).lines().filter(line -> !line.contains("waits up to 5 s"))).singleElement().asString()
                    .contains(message, "phone82." + context + ".database." + wrong.substring(0, wrong.indexOf('=')));
        }
    }

    @Test
    void aForeignDatabaseIsReported() throws Exception {
        try (Processes phone82 = new Processes("not-owned", data -> Databases.onServers(data, Set.of(Context.APP, Context.CUSTOMER)),
                "--phone82.warm-up=0")) {
            phone82.set(phone82.databases().options().stream().filter(option -> option.contains("app.database.url"))
                    .map(option -> option.replace("phone82.app", "phone82.customer")).findFirst().orElseThrow());
            phone82.start("broker");
            assertThat(phone82.run(1, "customer").lines()).singleElement().asString().contains("permission denied", "phone82.customer.database.user");
        }
    }
}
