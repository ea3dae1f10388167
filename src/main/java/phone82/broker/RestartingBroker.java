package phone82.broker;

import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.disk.Disk;

import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An Artemis broker that is restarted from its journal as soon as its disk has room again. Artemis itself stops for good when it cannot
 * write its journal.
 */
class RestartingBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RestartingBroker.class);

    private static final long PERIOD_SECONDS = 1;

    private final Callable<EmbeddedActiveMQ> factory;
    private final Disk disk;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            BasicThreadFactory.builder().namingPattern("broker-watch").daemon(true).build());
    private volatile EmbeddedActiveMQ broker;
    private String obstacle;

    /** @param factory creates a broker without starting it */
    RestartingBroker(Callable<EmbeddedActiveMQ> factory, Disk disk) {
        this.factory = factory;
        this.disk = disk;
    }

    void start() throws Exception {
        startOne();
        watch.scheduleWithFixedDelay(this::restartIfPossible, PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    private void startOne() throws Exception {
        EmbeddedActiveMQ made = factory.call();
        made.createActiveMQServer();
        AtomicReference<Throwable> cause = new AtomicReference<>();
        made.getActiveMQServer().registerIOCriticalErrorListener((failure, message, file) -> {
            cause.set(failure);
            LOG.error("The broker stops because its files in {} cannot be written ({}: {}). {} MB are free there; it restarts when there is room",
                    disk.folder(), message, failure.getMessage(), Disk.megabytes(disk.free()));
        });
        broker = made;
        try {
            made.start();
            if (!isActive()) {
                throw new IllegalStateException("the broker did not become active; see its log", cause.get());
            }
        } catch (Exception e) {
            made.stop();
            throw e;
        }
    }

    /** Checks the disk in any case, because that check also logs that the disk is nearly full. */
    private void restartIfPossible() {
        try {
            if (!disk.isLow() && hasStopped()) {
                startOne();
                LOG.info("The broker is running again");
                obstacle = null;
            }
        } catch (Exception e) {
            if (!e.toString().equals(obstacle)) {
                LOG.warn("The broker cannot be started, and events wait; trying again every second: {}", e.toString());
            }
            obstacle = e.toString();
        }
    }

    private boolean hasStopped() {
        return server().getState() == ActiveMQServer.SERVER_STATE.STOPPED;
    }

    boolean isActive() {
        return server().isActive();
    }

    ActiveMQServer server() {
        return broker.getActiveMQServer();
    }

    @Override
    public void close() throws Exception {
        watch.shutdownNow();
        watch.awaitTermination(10, TimeUnit.SECONDS);
        broker.stop();
    }
}
