package phone82.operations;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.health.Check;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a check with a time limit, one run at a time: a check that does not answer in time counts as failed. */
final class TimedCheck {

    private static final Logger LOG = LoggerFactory.getLogger(TimedCheck.class);

    private final Check check;
    private final Executor executor;
    private final Duration patience;
    private final Clock clock;
    private CompletableFuture<Map<String, ?>> underWay;
    private Instant failingSince;
    private boolean loggedDown;

    /** @param patience how long the check may fail before it is reported as down; zero: at once */
    TimedCheck(Check check, Executor executor, Duration patience, Clock clock) {
        this.check = check;
        this.executor = executor;
        this.patience = patience;
        this.clock = clock;
    }

    /** The result of a check, with the details that operators see. */
    record Outcome(boolean up, Map<String, Object> details) {
    }

    Check.About about() {
        return check.about();
    }

    String name() {
        return check.name();
    }

    /** Logs that the check is down, once, and that it is up again. */
    synchronized void log(String context, Outcome outcome) {
        if (loggedDown == outcome.up()) {
            loggedDown = !outcome.up();
            if (loggedDown) {
                LOG.warn("The check {} of {} fails: {}. {}", name(), context, outcome.details().get("error"), switch (about()) {
                    case LIFE -> "The process is not alive: restart it";
                    case READINESS -> "The process is not ready until it succeeds: look at what the check needs";
                    case WARNING, NOTE -> "Requests are served, but what needs it waits: look at it";
                });
            } else {
                LOG.info("The check {} of {} succeeds again", name(), context);
            }
        }
    }

    /** Starts the check unless the previous run is still in progress. */
    synchronized void begin() {
        if (underWay == null || underWay.isDone()) {
            if (failingSince == null) {
                failingSince = clock.instant();
            }
            underWay = CompletableFuture.supplyAsync(this::run, executor);
        }
    }

    /** Runs the check. A success counts even if it comes after the time limit. */
    private Map<String, ?> run() {
        try {
            Map<String, ?> details = check.work().call();
            succeeded();
            return details;
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    private synchronized void succeeded() {
        failingSince = null;
    }

    private synchronized CompletableFuture<Map<String, ?>> underWay() {
        return underWay;
    }

    /** @param wait how long to wait for the run in progress */
    Outcome outcome(Duration wait) {
        Map<String, Object> details = new LinkedHashMap<>();
        try {
            details.putAll(underWay().get(wait.toMillis(), TimeUnit.MILLISECONDS));
            return new Outcome(true, details);
        } catch (TimeoutException e) {
            details.put("error", "no answer within " + wait.toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            details.put("error", "interrupted");
        } catch (Exception e) {
            details.put("error", String.valueOf(e.getCause()));
        }
        synchronized (this) {
            if (failingSince == null) {
                // the success arrived after the time limit
                return new Outcome(true, Map.of());
            }
            details.put("since", failingSince);
            return new Outcome(failingSince.plus(patience).isAfter(clock.instant()), details);
        }
    }
}
