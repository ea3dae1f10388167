package phone82.coordinator;

import io.narayana.lra.coordinator.domain.service.LRAService;
import io.narayana.lra.coordinator.internal.LRARecoveryModule;
import org.eclipse.microprofile.lra.annotation.LRAStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Cancels the LRAs that nobody has ended in time. Narayana's own time limits are not used: each recovery pass reads a copy of every
 * LRA, and the copy's timer compensates whom it remembers as active, also when the LRA was closed meanwhile.
 */
final class TimeLimit implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(TimeLimit.class);

    private final Duration limit;
    private final ExecutorService executor;

    /** @param executor calls the participants of several LRAs at once */
    TimeLimit(Duration limit, ExecutorService executor) {
        this.limit = limit;
        this.executor = executor;
    }

    @Override
    public void run() {
        long latestStart = System.currentTimeMillis() - limit.toMillis();
        LRAService service = LRARecoveryModule.getService();
        List<Callable<Object>> cancellations = service.getAll(LRAStatus.Active).stream().filter(lra -> lra.getStartTime() < latestStart)
                .map(lra -> Executors.callable(() -> cancel(service, lra.getLraId()))).toList();
        try {
            executor.invokeAll(cancellations);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
