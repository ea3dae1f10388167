package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import phone82.drill.Fault.Component;
import phone82.drill.Fault.Kind;

import java.util.List;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

/**
 * The highly available set-up under load: each component in turn is killed, frozen and cut off. {@code -Dphone82.drill.faults=APP/FROZEN,PAY/KILLED}
 * selects some.
 */
@Tag("long")
class FailoverIT {

    private static final String SELECTED = System.getProperty("phone82.drill.faults", "");

    @ParameterizedTest
    @EnumSource(Kind.class)
    void noAcceptedOrderIsLostWithAnyComponent(Kind kind) throws Exception {
        HighlyAvailable.assumePossible(kind);
        List<Fault> faults = faults().filter(fault -> fault.kind() == kind).toList();
        assumeFalse(faults.isEmpty(), "nothing selected");
        HighlyAvailable.strike("failover", faults.stream().map(List::of).toList());
    }

    private static Stream<Fault> faults() {
        return SELECTED.isEmpty()
                ? Stream.of(Component.values()).flatMap(component -> Stream.of(Kind.values()).map(kind -> new Fault(component, kind)))
                : Stream.of(SELECTED.split(",")).map(Fault::of);
    }
}
