package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.Context;
import phone82.journey.Databases;
import phone82.journey.Inputs;
import phone82.journey.Phone82Extension;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Random texts and numbers, with each mixture of databases. {@code -Dphone82.inputs=N} sends N, by default 50,000 in all. */
@Tag("long")
class InputIT {

    private static final int MIXTURES = 4;

    /** The contexts on PostgreSQL; the others use HSQLDB. */
    @ParameterizedTest
    @ValueSource(strings = {"", "APP PAY CUSTOMER", "STORE", "APP PAY STORE CUSTOMER"})
    void anyInputIsRefusedOrStoredTheSameEverywhere(String onPostgreSql) throws Exception {
        Phone82Extension phone82 = Phone82Extension.all("--phone82.gateway.rate=0", "--phone82.store.dispatch-delay=0s", "--phone82.app.admission.patience=20s")
                .with(data -> Databases.onPostgreSql(Arrays.stream(onPostgreSql.split(" ")).filter(name -> !name.isEmpty()).map(Context::valueOf).collect(Collectors.toSet())));
        phone82.start("InputIT");
        try {
            Inputs.send(phone82, Integer.getInteger("phone82.inputs", 50_000) / MIXTURES);
        } finally {
            phone82.stop();
        }
    }
}
