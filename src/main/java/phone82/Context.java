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

/** The contexts that the jar can run. {@code Phone82.TURNS} says in which order they start and stop. */
public enum Context {
    BROKER(BrokerContext.class, "Artemis, the broker of the events"),
    COORDINATOR(CoordinatorContext.class, "the LRA coordinator for cancellations"),
    CUSTOMER(CustomerContext.class, "the progress of all orders"),
    PROVIDER(ProviderContext.class, "the payment provider, simulated: no money moves"),
    STORE(StoreContext.class, "deliveries", "phone82.saga.coordinator-url", "phone82.store.callback-url"),
    PAY(PayContext.class, "payments", "phone82.saga.coordinator-url", "phone82.pay.callback-url"),
    APP(AppContext.class, "orders, price list", "phone82.app.pay-url", "phone82.app.store-url", "phone82.saga.coordinator-url",
            "phone82.app.callback-url"),
    GATEWAY(GatewayContext.class, "the public entry", "phone82.gateway.app-url", "phone82.gateway.pay-url", "phone82.gateway.store-url",
            "phone82.gateway.customer-url");

    final Class<?> configuration;
    final String purpose;
    /** The properties with the URLs of the contexts that it calls, and the URL at which it is called back. */
    final List<String> urlProperties;

    Context(Class<?> configuration, String purpose, String... urlProperties) {
        this.configuration = configuration;
        this.purpose = purpose;
        this.urlProperties = List.of(urlProperties);
    }

    /** The name in arguments, properties and the CamelContext. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean usesBroker() {
        return this != BROKER && this != COORDINATOR && this != PROVIDER && this != GATEWAY;
    }

    /** Whether it has operations for users. */
    boolean servesUsers() {
        return this == GATEWAY || usesBroker();
    }

    /** Whether its data may be on a database server. */
    boolean usesDatabase() {
        return this != BROKER && this != GATEWAY;
    }

    /** Whether it authenticates its callers. */
    boolean checksCallers() {
        return this != BROKER && this != PROVIDER;
    }

    /** Whether it calls contexts that authenticate it. */
    boolean callsOthers() {
        return checksCallers() && this != CUSTOMER;
    }

    boolean keepsData() {
        return this != GATEWAY;
    }
}
