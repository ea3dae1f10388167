package phone82.coordinator;

import jakarta.ws.rs.client.ClientRequestFilter;
import org.glassfish.jersey.client.ClientConfig;
import org.glassfish.jersey.client.JerseyClient;
import org.glassfish.jersey.client.JerseyClientBuilder;
import phone82.platform.tls.Tls;

/**
 * A JAX-RS {@code ClientBuilder} service that returns one shared HTTP client for all callbacks. The coordinator builds and closes a client
 * per callback, which would cost more than the rest of a saga.
 */
public class CallbackClientBuilder extends JerseyClientBuilder {

    private static volatile ParticipantCallbacks callbacks;

    /** Sets the allowed callbacks; static, because JAX-RS creates the builder. */
    static void use(ParticipantCallbacks callbacks) {
        CallbackClientBuilder.callbacks = callbacks;
    }

    private static final class Shared extends JerseyClient {

        private static final JerseyClient CLIENT = new Shared();

        private Shared() {
            super(new ClientConfig().connectorProvider((client, configuration) -> new CallbackConnector())
                    .register((ClientRequestFilter) request -> request.getHeaders().putSingle("Authorization", callbacks.authorization(request.getUri()))),
                    Tls.defaultContext(), null);
        }

        @Override
        public void close() {
            // the next callback uses it, too
        }
    }

    @Override
    public JerseyClient build() {
        return Shared.CLIENT;
    }
}
