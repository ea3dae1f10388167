package phone82.provider;

/** What became of a request. */
public enum Outcome {
    succeeded, declined, pending
}
