package phone82;

import phone82.app.AppContext;
import phone82.broker.BrokerContext;
import phone82.coordinator.CoordinatorContext;
import phone82.customer.CustomerContext;
import phone82.gateway.GatewayContext;
import phone82.pay.PayContext;
import phone82.store.StoreContext;

import java.util.Locale;

/** What one jar can run, in the order in which it starts; it stops the other way round. */
public enum Context {
    BROKER(BrokerContext.class, "Artemis, the events' way between the contexts"),
    COORDINATOR(CoordinatorContext.class, "the LRA coordinator of the cancellations"),
    CUSTOMER(CustomerContext.class, "the view of all progress"),
    STORE(StoreContext.class, "deliveries"),
    PAY(PayContext.class, "payments"),
    APP(AppContext.class, "orders, price list"),
    GATEWAY(GatewayContext.class, "the public entry");

    final Class<?> configuration;
    final String purpose;

    Context(Class<?> configuration, String purpose) {
        this.configuration = configuration;
        this.purpose = purpose;
    }

    /** Its name in arguments, properties and the CamelContext. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean usesBroker() {
        return this != BROKER && this != COORDINATOR && this != GATEWAY;
    }

    boolean usesDatabase() {
        return usesBroker();
    }

    boolean keepsData() {
        return this != GATEWAY;
    }
}
