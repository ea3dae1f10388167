package phone82.operations;

import phone82.platform.health.Check;

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
final class Watched {

    private final Check check;
    private final Executor executor;
    private final Duration patience;
    private CompletableFuture<Map<String, ?>> underWay;
    private Instant failingSince;

    /** @param patience how long it may fail before it is down; zero says so at once */
    Watched(Check check, Executor executor, Duration patience) {
        this.check = check;
        this.executor = executor;
        this.patience = patience;
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
                failingSince = Instant.now();
            }
            underWay = CompletableFuture.supplyAsync(() -> {
                try {
                    return check.work().call();
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
            }, executor);
        }
    }

    private synchronized CompletableFuture<Map<String, ?>> underWay() {
        return underWay;
    }

    /** @param wait how long the asker has for what was begun */
    Outcome outcome(Duration wait) {
        Map<String, Object> details = new LinkedHashMap<>();
        boolean failed = true;
        try {
            details.putAll(underWay().get(wait.toMillis(), TimeUnit.MILLISECONDS));
            failed = false;
        } catch (TimeoutException e) {
            details.put("error", "no answer within " + wait.toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            details.put("error", "interrupted");
        } catch (Exception e) {
            details.put("error", String.valueOf(e.getCause()));
        }
        synchronized (this) {
            if (!failed) {
                failingSince = null;
                return new Outcome(true, details);
            }
            details.put("since", failingSince);
            return new Outcome(failingSince.plus(patience).isAfter(Instant.now()), details);
        }
    }
}
