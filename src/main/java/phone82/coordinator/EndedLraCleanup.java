package phone82.coordinator;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.exceptions.ObjectStoreException;
import com.arjuna.ats.arjuna.objectstore.StateStatus;
import com.arjuna.ats.arjuna.objectstore.StoreManager;
import com.arjuna.ats.arjuna.recovery.RecoveryModule;
import io.narayana.lra.LRAConstants;
import io.narayana.lra.LRAData;
import io.narayana.lra.coordinator.domain.model.LongRunningAction;
import io.narayana.lra.coordinator.domain.service.LRAService;
import io.narayana.lra.coordinator.internal.LRARecoveryModule;
import org.eclipse.microprofile.lra.annotation.LRAStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.util.HashSet;
import java.util.Set;

/**
 * Removes ended LRAs that Narayana would keep in its list for ever: those that ended while a recovery pass was reading them (their record
 * is deleted), and those that no participant joined before the time limit (their record remains, too).
 */
public class EndedLraCleanup implements RecoveryModule {

    private static final Logger LOG = LoggerFactory.getLogger(EndedLraCleanup.class);

    private Set<URI> suspects = Set.of();

    @Override
    public void periodicWorkFirstPass() {
    }

    @Override
    public void periodicWorkSecondPass() {
        LRAService service = LRARecoveryModule.getService();
        Set<URI> ended = new HashSet<>();
        for (LRAData lra : service.getAll()) {
            if (hasEnded(lra)) {
                ended.add(lra.getLraId());
            }
        }
        for (URI id : ended) {
            // an LRA that is being ended looks the same for a moment
            if (suspects.contains(id)) {
                LOG.info("Removes {}, which has ended", id);
                service.removeLog(id.toString());
                service.remove(id);
            }
        }
        suspects = ended;
    }

    private static boolean hasEnded(LRAData lra) {
        if (!lra.isRecovering() && (lra.getStatus() == LRAStatus.Cancelled || lra.getStatus() == LRAStatus.Closed)) {
            return true;
        }
        try {
            return StoreManager.getRecoveryStore().currentState(new Uid(LRAConstants.getLRAUid(lra.getLraId())),
                    LongRunningAction.getType()) == StateStatus.OS_UNKNOWN;
        } catch (ObjectStoreException e) {
            return false;
        }
    }
}
