package phone82.app;

/** A customer's request for an order. It has no price: that comes from the price list. */
public record NewOrder(String item, int qty) {
}
