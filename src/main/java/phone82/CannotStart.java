package phone82;

/** Why a context cannot start, in one line that names the obstacle and the way out. */
class CannotStart extends RuntimeException {

    CannotStart(String line) {
        super(line, null, false, false);
    }

    /** The known obstacle within a failure, or the failure itself. */
    static RuntimeException orElse(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CannotStart known) {
                return known;
            }
        }
        return failure;
    }
}
