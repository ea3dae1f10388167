package phone82.app;

/** What a customer asks for. The price is not theirs to set. */
public record NewOrder(String item, int qty) {
}
