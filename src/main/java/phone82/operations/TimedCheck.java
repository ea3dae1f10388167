package phone82.operations;

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

/** A check that is made once at a time, and whose silence is an answer, too. */
final class TimedCheck {

    private final Check check;
    private final Executor executor;
    private final Duration patience;
    private final Clock clock;
    private CompletableFuture<Map<String, ?>> underWay;
    private Instant failingSince;

    /** @param patience how long it may fail before it is down; zero says so at once */
    TimedCheck(Check check, Executor executor, Duration patience, Clock clock) {
        this.check = check;
        this.executor = executor;
        this.patience = patience;
        this.clock = clock;
    }

    /** What an operator reads of one check. */
    record Outcome(boolean up, Map<String, Object> details) {
    }

    Check.About about() {
        return check.about();
    }

    String name() {
        return check.name();
    }

    /** Starts the check, unless the last one has not come back yet. */
    synchronized void begin() {
        if (underWay == null || underWay.isDone()) {
            if (failingSince == null) {
                failingSince = clock.instant();
            }
            underWay = CompletableFuture.supplyAsync(this::run, executor);
        }
    }

    /** A success counts whenever it comes: also when nobody waits for it any more. */
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

    /** @param wait how long the asker has for what was begun */
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
                // it has just come
                return new Outcome(true, Map.of());
            }
            details.put("since", failingSince);
            return new Outcome(failingSince.plus(patience).isAfter(clock.instant()), details);
        }
    }
}
