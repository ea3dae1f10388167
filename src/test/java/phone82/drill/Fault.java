package phone82.drill;

import phone82.Context;
import phone82.drill.PostgreSqlCluster.Server;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A fault of one component of the highly available set-up. */
record Fault(Component component, Kind kind) implements Disturbance {

    /** How long an operator of PostgreSQL, or a shared file system, observes a silent machine before it acts. */
    private static final Duration DETECTION = Duration.ofSeconds(10);
    /** How long a component is frozen or cut off at least. */
    private static final Duration SILENCE = Duration.ofSeconds(20);

    /** Of the contexts that have two instances, one is struck. */
    enum Component {

        PRIMARY, BROKER, COORDINATOR, APP, PAY, STORE, CUSTOMER, GATEWAY
    }

    enum Kind {

        KILLED,
        /** All processes stop in the middle of what they do, and go on later as if nothing had happened. */
        FROZEN,
        /** No packet arrives or leaves. */
        CUT_OFF
    }

    /** @param text a component and a kind, such as {@code APP/FROZEN} */
    static Fault of(String text) {
        String[] words = text.trim().toUpperCase(Locale.ROOT).split("/");
        return new Fault(Component.valueOf(words[0]), Kind.valueOf(words[1]));
    }

    @Override
    public Repair strike(HighlyAvailable phone82) throws Exception {
        return switch (component) {
            case PRIMARY -> strikePrimary(phone82);
            case BROKER -> strikeBroker(phone82);
            default -> strikeContext(phone82, Context.valueOf(component.name()));
        };
    }

    /** A standby is promoted, as CloudNativePG does. The former primary comes back, and becomes a standby. */
    private Repair strikePrimary(HighlyAvailable phone82) throws Exception {
        PostgreSqlCluster database = phone82.database();
        Server primary = database.primary();
        long began = System.nanoTime();
        switch (kind) {
            case KILLED -> database.kill(primary);
            case FROZEN -> database.freeze(primary);
            case CUT_OFF -> phone82.network().cutOff(primary.machine());
        }
        return new Repair() {

            @Override
            public void failOver() throws Exception {
                if (kind != Kind.KILLED) {
                    pauseUntil(began, DETECTION);
                }
                database.failOver();
            }

            @Override
            public void comeBack() throws Exception {
                if (kind != Kind.KILLED) {
                    pauseUntil(began, SILENCE);
                    if (kind == Kind.FROZEN) {
                        database.thaw(primary);
                    } else {
                        phone82.network().connect(primary.machine());
                    }
                    assertThat(database.connections(primary)).as("the former primary answers").isNotNegative();
                    assertThat(database.confirmsWrites(primary)).as("the former primary confirms a write").isFalse();
                    database.kill(primary);
                }
                database.rejoin(primary);
            }
        };
    }

    /**
     * The other broker becomes active when the lock of the journal is free: at once after a kill. A broker that was cut off has lost the shared file
     * system, too, which fences its machine: it is killed. A frozen one keeps the lock until it goes on.
     */
    private Repair strikeBroker(HighlyAvailable phone82) throws Exception {
        Artemis broker = phone82.activeBroker();
        long began = System.nanoTime();
        switch (kind) {
            case KILLED -> broker.kill();
            case FROZEN -> broker.freeze();
            case CUT_OFF -> phone82.network().cutOff(broker.machine());
        }
        return new Repair() {

            @Override
            public void failOver() throws Exception {
                if (kind == Kind.FROZEN) {
                    pauseUntil(began, SILENCE);
                    assertThat(phone82.waitingBroker(broker).listens()).as("a second broker is active while a frozen one has the lock").isFalse();
                    broker.thaw();
                } else if (kind == Kind.CUT_OFF) {
                    pauseUntil(began, DETECTION);
                    broker.kill();
                }
            }

            @Override
            public void comeBack() throws Exception {
                if (kind == Kind.CUT_OFF) {
                    phone82.network().connect(broker.machine());
                }
                if (kind != Kind.FROZEN) {
                    phone82.restart(broker);
                }
            }
        };
    }

    /** Kubernetes starts a killed process again. There is one coordinator, so that it must come back before cancellations work. */
    private Repair strikeContext(HighlyAvailable phone82, Context context) throws Exception {
        Processes site = phone82.site();
        String process = context.id();
        List<ProcessHandle> frozen = List.of(site.handles().get(process));
        long began = System.nanoTime();
        switch (kind) {
            case KILLED -> site.kill(process);
            case FROZEN -> PostgreSqlCluster.signal("-STOP", frozen);
            case CUT_OFF -> phone82.network().cutOff(site.machine(process));
        }
        return new Repair() {

            private boolean isBack;

            @Override
            public void failOver() throws Exception {
                if (component == Component.COORDINATOR) {
                    comeBack();
                }
            }

            @Override
            public void comeBack() throws Exception {
                if (isBack) {
                    return;
                }
                isBack = true;
                if (kind == Kind.KILLED) {
                    site.start(process);
                    return;
                }
                pauseUntil(began, SILENCE);
                if (kind == Kind.FROZEN) {
                    PostgreSqlCluster.signal("-CONT", frozen);
                } else {
                    phone82.network().connect(site.machine(process));
                }
            }
        };
    }

    private static void pauseUntil(long began, Duration since) {
        await().forever().until(() -> System.nanoTime() - began >= since.toNanos());
    }

    @Override
    public String toString() {
        return component + "/" + kind;
    }
}
