package phone82.coordinator;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.coordinator.AbstractRecord;
import com.arjuna.ats.arjuna.recovery.RecoveryModule;
import io.narayana.lra.LRAConstants;
import io.narayana.lra.LRAData;
import io.narayana.lra.coordinator.domain.model.LongRunningAction;
import io.narayana.lra.coordinator.domain.service.LRAService;
import io.narayana.lra.coordinator.internal.LRARecoveryModule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Resumes LRAs whose coordinator died during a close or cancel. Their participants are in the list of prepared records, but Narayana's
 * recovery processes pending records only; so this module moves them to the pending list.
 */
public class InterruptedLraRecovery implements RecoveryModule {

    private static final Logger LOG = LoggerFactory.getLogger(InterruptedLraRecovery.class);

    @Override
    public void periodicWorkFirstPass() {
        LRAService service = LRARecoveryModule.getService();
        for (LRAData lra : service.getAll()) {
            // an LRA that is being ended right now is locked, and has its participants among the prepared records, too
            ReentrantLock lock = lra.isRecovering() ? service.tryLockTransaction(lra.getLraId()) : null;
            if (lock != null) {
                try {
                    if (new Interrupted(service, LRAConstants.getLRAUid(lra.getLraId())).resume()) {
                        LOG.info("Resumes {}, whose {} was interrupted", lra.getLraId(), lra.getStatus());
                    }
                } catch (StoreUnavailable e) {
                    // Narayana's thread would end
                    LOG.debug("{} is resumed later", lra.getLraId(), e);
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    @Override
    public void periodicWorkSecondPass() {
    }

    private static final class Interrupted extends LongRunningAction {

        Interrupted(LRAService service, String uid) {
            super(service, new Uid(uid));
        }

        boolean resume() {
            if (!activate() || preparedList.size() == 0 || pendingList.size() > 0 || heuristicList.size() > 0) {
                return false;
            }
            for (AbstractRecord participant = preparedList.getFront(); participant != null; participant = preparedList.getFront()) {
                pendingList.insert(participant);
            }
            return deactivate();
        }
    }
}
