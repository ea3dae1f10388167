package phone82.drill;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.Context;
import phone82.drill.PostgreSqlCluster.Server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.awaitility.Awaitility.await;

/** The highly available set-up under load, with each pair of two different faults at the same moment. */
@Tag("long")
class FaultPairsIT {

    /** Few, because each restart of a JVM takes the whole machine. */
    private static final int ORDERS_PER_SECOND = Integer.getInteger("phone82.drill.orders-per-second", 5);

    /** A fault. */
    private interface Fault {

        /** Lets it happen. */
        Repair strike() throws Exception;
    }

    /** What an operator, or Kubernetes, does after a fault. */
    private interface Repair {

        void perform() throws Exception;
    }

    private enum Kind {
        PRIMARY_KILLED, BROKER_KILLED, COORDINATOR_KILLED, APP_KILLED, PAY_FROZEN, GATEWAY_KILLED
    }

    @Test
    void noAcceptedOrderIsLostInAnyPairOfFaults() throws Exception {
        try (HighlyAvailable phone82 = new HighlyAvailable("fault-pairs", "--phone82.store.dispatch-delay=2s", "--phone82.warm-up=0")) {
            try (PatientCustomers customers = new PatientCustomers(phone82.shop(), ORDERS_PER_SECOND, 5)) {
                await().atMost(Duration.ofMinutes(1)).until(() -> customers.accepted().size() > 100);
                for (Kind first : Kind.values()) {
                    for (Kind second : Kind.values()) {
                        if (first.compareTo(second) < 0) {
                            strike(phone82, customers, first, second);
                        }
                    }
                }
                customers.stop();
                phone82.requireNothingLost(customers);
            }
        }
    }

    private static void strike(HighlyAvailable phone82, PatientCustomers customers, Kind... kinds) throws Exception {
        List<Repair> repairs = new ArrayList<>();
        long began = System.nanoTime();
        for (Kind kind : kinds) {
            repairs.add(fault(phone82, kind).strike());
        }
        for (Repair repair : repairs) {
            repair.perform();
        }
        phone82.awaitRecovery("%s, %s".formatted((Object[]) kinds), began, customers);
        for (Context context : List.of(Context.PAY, Context.APP, Context.GATEWAY)) {
            phone82.awaitReady(context);
        }
        customers.awaitAnswers();
    }

    /** Kubernetes restarts a killed process; a frozen one continues after some time. */
    private static Fault fault(HighlyAvailable phone82, Kind kind) {
        return switch (kind) {
            case PRIMARY_KILLED -> () -> {
                Server primary = phone82.database().primary();
                phone82.database().kill(primary);
                return () -> {
                    phone82.database().failOver();
                    phone82.database().rejoin(primary);
                };
            };
            case BROKER_KILLED -> () -> {
                Artemis broker = phone82.activeBroker();
                broker.kill();
                return () -> phone82.restart(broker);
            };
            case COORDINATOR_KILLED -> killed(phone82, Context.COORDINATOR.id());
            case APP_KILLED -> killed(phone82, Context.APP.id());
            case GATEWAY_KILLED -> killed(phone82, Context.GATEWAY.id());
            case PAY_FROZEN -> () -> {
                List<ProcessHandle> pay = List.of(phone82.site().handles().get(Context.PAY.id()));
                PostgreSqlCluster.signal("-STOP", pay);
                return () -> {
                    await().pollDelay(Duration.ofSeconds(10)).atMost(Duration.ofSeconds(15)).until(() -> true);
                    PostgreSqlCluster.signal("-CONT", pay);
                };
            };
        };
    }

    private static Fault killed(HighlyAvailable phone82, String process) {
        return () -> {
            phone82.site().kill(process);
            return () -> phone82.site().start(process);
        };
    }
}
