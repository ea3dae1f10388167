package phone82.provider;

/** What the provider can be asked to do with a reservation. */
public enum Operation {
    authorise, capture, release, refund
}
