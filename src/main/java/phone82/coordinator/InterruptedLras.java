package phone82.coordinator;

import com.arjuna.ats.arjuna.common.Uid;
import com.arjuna.ats.arjuna.coordinator.AbstractRecord;
import com.arjuna.ats.arjuna.recovery.RecoveryModule;
import io.narayana.lra.LRAConstants;
import io.narayana.lra.LRAData;
import io.narayana.lra.coordinator.domain.model.LongRunningAction;
import io.narayana.lra.coordinator.domain.service.LRAService;
import io.narayana.lra.coordinator.internal.LRARecoveryModule;
import org.eclipse.microprofile.lra.annotation.LRAStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up LRAs whose coordinator died in the middle of a close or cancel: their participants stand among the prepared ones,
 * and Narayana's recovery looks at the pending ones alone. Once they are pending again, it goes on with them as ever. Narayana's timer of a time limit gives up
 * where it finds the LRA locked, and does not come again: such an LRA is cancelled here.
 */
public class InterruptedLras implements RecoveryModule {

    private static final Logger LOG = LoggerFactory.getLogger(InterruptedLras.class);

    /** In which the timer itself has ended an LRA. */
    private static final long TIMER_MS = 1000;

    @Override
    public void periodicWorkFirstPass() {
        LRAService service = LRARecoveryModule.getService();
        for (LRAData lra : service.getAll()) {
            if (lra.isRecovering() && new Interrupted(service, LRAConstants.getLRAUid(lra.getLraId())).resume()) {
                LOG.info("Takes up {}, whose {} was interrupted", lra.getLraId(), lra.getStatus());
            }
            if (isOverdue(lra)) {
                LOG.info("Cancels {}, whose time limit has passed", lra.getLraId());
                service.endLRA(lra.getLraId(), true, false);
            }
        }
    }

    @Override
    public void periodicWorkSecondPass() {
    }

    private static boolean isOverdue(LRAData lra) {
        return lra.getStatus() == LRAStatus.Active && lra.getFinishTime() > 0 && System.currentTimeMillis() > lra.getFinishTime() + TIMER_MS;
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
