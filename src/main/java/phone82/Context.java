package phone82;

import phone82.app.AppContext;
import phone82.broker.BrokerContext;
import phone82.coordinator.CoordinatorContext;
import phone82.customer.CustomerContext;
import phone82.gateway.GatewayContext;
import phone82.pay.PayContext;
import phone82.provider.ProviderContext;
import phone82.store.StoreContext;

import java.util.List;
import java.util.Locale;

/** What one jar can run, in the order in which it starts; it stops the other way round. */
public enum Context {
    BROKER(BrokerContext.class, "Artemis, the events' way between the contexts"),
    COORDINATOR(CoordinatorContext.class, "the LRA coordinator of the cancellations"),
    CUSTOMER(CustomerContext.class, "the view of all progress"),
    PROVIDER(ProviderContext.class, "the payment provider, simulated: no money moves"),
    STORE(StoreContext.class, "deliveries", "phone82.saga.coordinator-url", "phone82.store.callback-url"),
    PAY(PayContext.class, "payments", "phone82.saga.coordinator-url", "phone82.pay.callback-url"),
    APP(AppContext.class, "orders, price list", "phone82.app.pay-url", "phone82.app.store-url", "phone82.saga.coordinator-url",
            "phone82.app.callback-url"),
    GATEWAY(GatewayContext.class, "the public entry", "phone82.gateway.app-url", "phone82.gateway.pay-url", "phone82.gateway.store-url",
            "phone82.gateway.customer-url");

    final Class<?> configuration;
    final String purpose;
    /** The properties that tell where the others are whom it calls, or who call it back. */
    final List<String> places;

    Context(Class<?> configuration, String purpose, String... places) {
        this.configuration = configuration;
        this.purpose = purpose;
        this.places = List.of(places);
    }

    /** Its name in arguments, properties and the CamelContext. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean usesBroker() {
        return this != BROKER && this != COORDINATOR && this != PROVIDER && this != GATEWAY;
    }

    boolean usesCoordinator() {
        return places.contains("phone82.saga.coordinator-url");
    }

    /** Whether it has operations for users. */
    boolean servesUsers() {
        return this == GATEWAY || usesBroker();
    }

    boolean usesDatabase() {
        return this != BROKER && this != COORDINATOR && this != GATEWAY;
    }

    /** Whether others call it, and must say who they are. */
    boolean checksCallers() {
        return this != BROKER && this != PROVIDER;
    }

    /** Whether it calls others, and must say who it is. */
    boolean callsOthers() {
        return checksCallers() && this != CUSTOMER;
    }

    boolean keepsData() {
        return this != GATEWAY;
    }
}
