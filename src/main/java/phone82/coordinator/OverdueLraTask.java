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
 * Cancels the LRAs that nobody has ended in time. Narayana's own time limits are not used: each recovery pass reads a copy of every
 * LRA, and the copy's timer compensates whom it remembers as active, also when the LRA was closed meanwhile.
 */
final class OverdueLraTask implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(OverdueLraTask.class);

    private final Duration limit;
    private final ExecutorService executor;

    /** @param executor calls the participants of several LRAs at once */
    OverdueLraTask(Duration limit, ExecutorService executor) {
        this.limit = limit;
        this.executor = executor;
    }

    @Override
    public void run() {
        try {
            LRAService service = LRARecoveryModule.getService();
            executor.invokeAll(overdue(service).map(lra -> Executors.callable(() -> cancel(service, lra))).toList());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // or the clock would stop
            LOG.warn("Time limits are not looked at until a second later", e);
        }
    }

    private Stream<URI> overdue(LRAService service) {
        long latestStart = System.currentTimeMillis() - limit.toMillis();
        return service.getAll(LRAStatus.Active).stream().filter(lra -> lra.getStartTime() < latestStart).map(LRAData::getLraId);
    }

    private static void cancel(LRAService service, URI lra) {
        LOG.info("Cancels {}, whose time limit has passed", lra);
        try {
            service.endLRA(lra, true, false);
        } catch (RuntimeException e) {
            LOG.warn("{} is not cancelled; tried again in a second, unless it has ended: {}", lra, e.toString());
        }
    }
}
