package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.drill.Fault.Component;
import phone82.drill.Fault.Kind;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The highly available set-up under load, with two different faults at the same moment: each pair of components once, with kinds that differ and
 * rotate, so that each component has each kind of fault at least twice, and each two kinds meet at least eight times.
 * {@code -Dphone82.drill.pairs=APP/FROZEN+PAY/KILLED,PRIMARY/CUT_OFF+BROKER/KILLED} selects other pairs.
 */
@Tag("long")
class FaultPairsIT {

    private static final String SELECTED = System.getProperty("phone82.drill.pairs", "");

    @Test
    void noAcceptedOrderIsLostInPairsOfFaults() throws Exception {
        List<List<Fault>> pairs = SELECTED.isEmpty() ? pairs()
                : Stream.of(SELECTED.split(",")).map(pair -> Stream.of(pair.split("\\+")).map(Fault::of).toList()).toList();
        for (List<Fault> pair : pairs) {
            for (Fault fault : pair) {
                HighlyAvailable.assumePossible(fault.kind());
            }
        }
        HighlyAvailable.strike("fault-pairs", pairs);
    }

    private static List<List<Fault>> pairs() {
        List<List<Fault>> pairs = new ArrayList<>();
        Component[] components = Component.values();
        Kind[] kinds = Kind.values();
        for (int first = 0; first < components.length; first++) {
            for (int second = first + 1; second < components.length; second++) {
                int kind = (first + second) % kinds.length;
                int other = (kind + 1 + second % 2) % kinds.length;
                pairs.add(List.of(new Fault(components[first], kinds[kind]), new Fault(components[second], kinds[other])));
            }
        }
        return pairs;
    }
}
