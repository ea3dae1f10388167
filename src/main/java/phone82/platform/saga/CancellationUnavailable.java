package phone82.platform.saga;

import phone82.platform.api.Problem;

/** A cancellation cannot begin or continue at the moment, for example because another server does not answer (in time). */
public class CancellationUnavailable extends Problem {

    public CancellationUnavailable() {
        super(503, "Cancellation unavailable", "The order cannot be cancelled at the moment; nothing has changed.");
        retryAfter(5);
    }
}
