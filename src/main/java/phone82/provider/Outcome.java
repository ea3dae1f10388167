package phone82.provider;

/** The outcome of a request. */
public enum Outcome {
    succeeded, declined, pending
}
