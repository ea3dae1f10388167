package phone82.provider;

/** The operations on a reservation. */
public enum Operation {
    authorise, capture, release, refund
}
