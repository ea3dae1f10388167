package phone82.coordinator;

import com.arjuna.ats.arjuna.common.CoordinatorEnvironmentBean;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.RecoveryEnvironmentBean;
import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.arjuna.common.recoveryPropertyManager;
import com.arjuna.ats.arjuna.coordinator.ActionManager;
import com.arjuna.ats.arjuna.objectstore.StoreManager;
import com.arjuna.ats.arjuna.recovery.ActionStatusService;
import com.arjuna.ats.arjuna.recovery.RecoveryManager;
import com.arjuna.ats.arjuna.recovery.TransactionStatusConnectionManager;
import com.arjuna.ats.internal.arjuna.utils.MBeanProcessId;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.narayana.lra.LRAConstants;
import io.narayana.lra.LRAData;
import io.narayana.lra.coordinator.domain.service.LRAService;
import io.narayana.lra.coordinator.internal.Implementations;
import io.narayana.lra.coordinator.internal.LRARecoveryModule;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import org.apache.commons.lang3.function.Failable;
import org.apache.commons.lang3.reflect.FieldUtils;
import phone82.platform.http.HttpServer;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** An embedded Narayana LRA coordinator; one per JVM, because Narayana keeps its state in static fields. */
public class LraCoordinator implements LraStore.Memory {

    /** Calls of participants take most of the time. */
    private static final int OVERDUE_AT_ONCE = 4;

    private final HttpServer server;
    private final ParticipantCallbacks callbacks;
    private final LraStore store;
    private final Path folder;
    private final int recoverySeconds;
    private final Duration timeLimit;
    private ScheduledExecutorService clock;
    /** Not the threads of the API: after an outage all open LRAs are overdue at once, and would keep requests waiting. */
    private ExecutorService overdue;
    private boolean started;

    /**
     * @param server    serves the coordinator's API
     * @param callbacks the addresses at which participants may be called back
     * @param folder    may be used by Narayana for everything but LRAs
     * @param timeLimit an LRA that is still active after this time is cancelled, within a second
     */
    LraCoordinator(HttpServer server, ParticipantCallbacks callbacks, LraStore store, Path folder, int recoverySeconds, Duration timeLimit) {
        this.server = server;
        this.callbacks = callbacks;
        this.store = store;
        this.folder = folder;
        this.recoverySeconds = recoverySeconds;
        this.timeLimit = timeLimit;
    }

    public void start() {
        for (String name : new String[]{null, "communicationStore", "stateStore"}) {
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, name)
                    .setObjectStoreDir(folder.toAbsolutePath().toString());
        }
        store.install();
        // the default opens a socket just to get an id that is unique among processes
        arjPropertyManager.getCoreEnvironmentBean().setProcessImplementationClassName(MBeanProcessId.class.getName());
        CoordinatorEnvironmentBean coordinator = arjPropertyManager.getCoordinatorEnvironmentBean();
        coordinator.setTransactionStatusManagerEnable(false);
        RecoveryEnvironmentBean recovery = recoveryPropertyManager.getRecoveryEnvironmentBean();
        recovery.setRecoveryListener(false);
        recovery.setPeriodicRecoveryPeriod(recoverySeconds);
        recovery.setRecoveryBackoffPeriod(1);
        recovery.setRecoveryModuleClassNames(List.of(InterruptedLraRecovery.class.getName(),
                LRARecoveryModule.class.getName(), EndedLraCleanup.class.getName()));
        recovery.setExpiryScannerClassNames(List.of());
        recovery.setRecoveryActivatorClassNames(List.of());
        CallbackClientBuilder.use(callbacks);
        Implementations.install();
        store.hold(this);

        server.prepare();
        server.listen();
        overdue = Executors.newFixedThreadPool(OVERDUE_AT_ONCE, BasicThreadFactory.builder().namingPattern("coordinator-overdue-%d").daemon(true).build());
        clock = Executors.newScheduledThreadPool(2, BasicThreadFactory.builder().namingPattern("coordinator-clock-%d").daemon(true).build());
        clock.scheduleWithFixedDelay(() -> store.hold(this), 1, 1, TimeUnit.SECONDS);
        clock.scheduleWithFixedDelay(new OverdueLraTask(store, timeLimit, overdue), 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public void pause() {
        if (started) {
            RecoveryManager.manager().suspend(false, false);
        }
    }

    @Override
    public void read() {
        // before Narayana's recovery thread, which would end if the store could not be opened
        StoreManager.getRecoveryStore();
        started = true;
        RecoveryManager.manager();
        LRAService lras = LRARecoveryModule.getService();
        for (LRAData lra : lras.getAll()) {
            forget(lra);
            lras.remove(lra.getLraId());
        }
        // otherwise a request to end an LRA from before the restart is answered 404 until the first recovery pass
        LRARecoveryModule.getInstance().recover();
        RecoveryManager.manager().resume();
    }

    public void stop() {
        server.destroy();
        clock.shutdown();
        overdue.shutdown();
        if (started) {
            RecoveryManager.manager().terminate();
            resetNarayana();
        }
        Implementations.uninstall();
        StoreManager.shutdown();
        store.release();
    }

    /** Clears Narayana's static state, so that a later start in this JVM reads its object store as after a restart. Narayana has no API for that. */
    private static void resetNarayana() {
        for (LRAData lra : LRARecoveryModule.getService().getAll()) {
            forget(lra);
        }
        recoveryPropertyManager.getRecoveryEnvironmentBean().setRecoveryModules(null);
        clear(LRARecoveryModule.class, "lraRecoveryModule");
        for (Class<?> reader : List.of(LRARecoveryModule.class, ActionStatusService.class, TransactionStatusConnectionManager.class)) {
            clear(reader, "_recoveryStore");
        }
    }

    private static void forget(LRAData lra) {
        ActionManager.manager().remove(new Uid(LRAConstants.getLRAUid(lra.getLraId())));
    }

    private static void clear(Class<?> type, String name) {
        Failable.run(() -> FieldUtils.writeDeclaredStaticField(type, name, null, true));
    }
}
