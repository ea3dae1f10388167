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
import com.arjuna.ats.internal.arjuna.objectstore.hornetq.HornetqJournalEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.hornetq.HornetqObjectStoreAdaptor;
import com.arjuna.ats.internal.arjuna.utils.MBeanProcessId;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import io.narayana.lra.LRAConstants;
import io.narayana.lra.LRAData;
import io.narayana.lra.coordinator.internal.Implementations;
import io.narayana.lra.coordinator.internal.LRARecoveryModule;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import phone82.platform.http.HttpServer;

import java.lang.reflect.Field;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** An embedded Narayana LRA coordinator; one per JVM, because Narayana keeps its state in static fields. */
public class LraCoordinator {

    private final HttpServer server;
    private final ExecutorService executor;
    private final ParticipantCallbacks callbacks;
    private final Path store;
    private final int recoverySeconds;
    private final Duration timeLimit;
    private ScheduledExecutorService clock;

    /**
     * @param server    serves the coordinator's API
     * @param executor  runs API calls and cancels overdue LRAs
     * @param callbacks the addresses at which participants may be called back
     * @param timeLimit an LRA that is still active after this time is cancelled, within a second
     */
    LraCoordinator(HttpServer server, ExecutorService executor, ParticipantCallbacks callbacks, Path store, int recoverySeconds, Duration timeLimit) {
        this.server = server;
        this.executor = executor;
        this.callbacks = callbacks;
        this.store = store;
        this.recoverySeconds = recoverySeconds;
        this.timeLimit = timeLimit;
    }

    public void start() {
        for (String name : new String[]{null, "communicationStore", "stateStore"}) {
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, name)
                    .setObjectStoreDir(store.toAbsolutePath().toString());
        }
        // the default store rewrites files in place: a crash during a write loses the LRA
        arjPropertyManager.getObjectStoreEnvironmentBean().setObjectStoreType(HornetqObjectStoreAdaptor.class.getName());
        HornetqJournalEnvironmentBean journal = BeanPopulator.getDefaultInstance(HornetqJournalEnvironmentBean.class);
        journal.setStoreDir(store.resolve("journal").toAbsolutePath().toString());
        journal.setAsyncIO(false);
        journal.setFileSize(1024 * 1024);
        journal.setBufferFlushesPerSecond(3000);
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
        RecoveryManager.manager();
        // otherwise a request to end an LRA from before the restart is answered 404 until the first recovery pass
        LRARecoveryModule.getInstance().recover();

        server.prepare();
        server.listen();
        clock = Executors.newSingleThreadScheduledExecutor(BasicThreadFactory.builder().namingPattern("coordinator-time-limit").daemon(true).build());
        clock.scheduleWithFixedDelay(new OverdueLraTask(timeLimit, executor), 1, 1, TimeUnit.SECONDS);
    }

    public void stop() {
        server.destroy();
        clock.shutdown();
        executor.shutdown();
        RecoveryManager.manager().terminate();
        resetNarayana();
        Implementations.uninstall();
        StoreManager.shutdown();
    }

    /** Clears Narayana's static state, so that a later start in this JVM reads its object store as after a restart. Narayana has no API for that. */
    private static void resetNarayana() {
        for (LRAData lra : LRARecoveryModule.getService().getAll()) {
            ActionManager.manager().remove(new Uid(LRAConstants.getLRAUid(lra.getLraId())));
        }
        recoveryPropertyManager.getRecoveryEnvironmentBean().setRecoveryModules(null);
        clear(LRARecoveryModule.class, "lraRecoveryModule");
        for (Class<?> reader : List.of(LRARecoveryModule.class, ActionStatusService.class, TransactionStatusConnectionManager.class)) {
            clear(reader, "_recoveryStore");
        }
    }

    private static void clear(Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            field.set(null, null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
