package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.Context;
import phone82.journey.Databases;
import phone82.journey.Inputs;
import phone82.journey.Phone82Extension;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Random texts and numbers, with each mixture of databases. {@code -Dphone82.inputs=N} sends N, by default 50,000 in all, and
 * {@code -Dphone82.mixtures=2} leaves out the systems on one kind of database, to which {@code OrderTest} sends some, too.
 */
@Tag("long")
class InputIT {

    /** The contexts on PostgreSQL; the others use HSQLDB. */
    private static final List<String> MIXTURES = List.of("APP PAY CUSTOMER", "STORE", "", "APP PAY STORE CUSTOMER");
    private static final int MIXED = Integer.getInteger("phone82.mixtures", MIXTURES.size());

    static Stream<String> mixtures() {
        return MIXTURES.stream().limit(MIXED);
    }

    @ParameterizedTest
    @MethodSource("mixtures")
    void anyInputIsRefusedOrStoredTheSameEverywhere(String onPostgreSql) throws Exception {
        Phone82Extension phone82 = Phone82Extension.all("--phone82.gateway.rate=0", "--phone82.store.dispatch-delay=0s", "--phone82.app.admission.patience=20s")
                .with(data -> Databases.onPostgreSql(Arrays.stream(onPostgreSql.split(" ")).filter(name -> !name.isEmpty()).map(Context::valueOf).collect(Collectors.toSet())));
        phone82.start("InputIT");
        try {
            Inputs.send(phone82, Integer.getInteger("phone82.inputs", 50_000) / MIXED);
        } finally {
            phone82.stop();
        }
    }
}
