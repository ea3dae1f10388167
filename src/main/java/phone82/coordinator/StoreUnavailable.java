package phone82.coordinator;

import jakarta.ws.rs.ServiceUnavailableException;

/** The store of the LRAs cannot be used now: the request has no effect, or its effect shows when the store can be used again. */
class StoreUnavailable extends ServiceUnavailableException {

    private static final long RETRY_AFTER_SECONDS = 5;

    StoreUnavailable(String reason) {
        super(reason, RETRY_AFTER_SECONDS);
    }
}
