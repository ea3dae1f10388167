package phone82.app;

import phone82.platform.api.Problem;

/** Another request with the same idempotency key was first, so this one creates no order. */
public class KeyTaken extends Problem {

    public KeyTaken() {
        super(409, "In progress", "A request with this Idempotency-Key is being processed.");
        retryAfter(1);
    }
}
