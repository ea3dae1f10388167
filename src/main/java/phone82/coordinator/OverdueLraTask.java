package phone82.coordinator;

import io.narayana.lra.LRAData;
import io.narayana.lra.coordinator.domain.service.LRAService;
import io.narayana.lra.coordinator.internal.LRARecoveryModule;
import org.eclipse.microprofile.lra.annotation.LRAStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * Cancels LRAs that were not ended within the time limit. Narayana's own time limits are unsafe: each recovery pass reads a copy of every
 * LRA, and the timer of a copy compensates participants that it remembers as active even if the LRA has been closed since.
 *
 * @param executor runs cancellations of several LRAs in parallel
 */
record OverdueLraTask(LraStore store, Duration limit, ExecutorService executor) implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(OverdueLraTask.class);

    @Override
    public void run() {
        try {
            store.use(this::cancelOverdue);
        } catch (StoreUnavailable e) {
            LOG.debug("time limits wait", e);
        } catch (RuntimeException e) {
            // an exception would end the schedule
            LOG.warn("Time limits cannot be checked; retrying in a second", e);
        }
    }

    private void cancelOverdue() {
        try {
            LRAService service = LRARecoveryModule.getService();
            executor.invokeAll(overdue(service).map(lra -> Executors.callable(() -> cancel(service, lra))).toList());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Stream<URI> overdue(LRAService service) {
        long latestStart = System.currentTimeMillis() - limit.toMillis();
        return service.getAll(LRAStatus.Active).stream().filter(lra -> lra.getStartTime() < latestStart).map(LRAData::getLraId);
    }

    private static void cancel(LRAService service, URI lra) {
        LOG.info("Cancels {}, which has exceeded its time limit", lra);
        try {
            service.endLRA(lra, true, false);
        } catch (RuntimeException e) {
            LOG.warn("{} is not cancelled; retrying in a second unless it has ended: {}", lra, e.toString());
        }
    }
}
