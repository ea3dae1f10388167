package phone82.coordinator;

import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.core.Configuration;
import org.glassfish.jersey.client.ClientProperties;
import org.glassfish.jersey.client.JerseyClientBuilder;
import phone82.platform.tls.Tls;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.KeyStore;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLContext;

/**
 * A JAX-RS {@code ClientBuilder} service that returns one shared HTTP client for all callbacks. The coordinator builds and closes a client
 * per callback, which would cost more than the rest of a saga.
 */
public class CallbackClientBuilder extends ClientBuilder {

    private static volatile ParticipantCallbacks callbacks;

    /** Sets the allowed callbacks; static, because JAX-RS creates the builder. */
    static void use(ParticipantCallbacks callbacks) {
        CallbackClientBuilder.callbacks = callbacks;
    }

    private static final class Shared {

        /** Times out before the coordinator's own limit of 2 s, so that no thread keeps waiting after the coordinator has given up. */
        private static final Client CLIENT = new JerseyClientBuilder().property(ClientProperties.FOLLOW_REDIRECTS, false)
                .sslContext(Tls.defaultContext()).connectTimeout(500, TimeUnit.MILLISECONDS).readTimeout(1900, TimeUnit.MILLISECONDS)
                .register((ClientRequestFilter) request -> request.getHeaders().putSingle("Authorization", callbacks.authorization(request.getUri())))
                .build();

        private static final Client NEVER_CLOSED = (Client) Proxy.newProxyInstance(Client.class.getClassLoader(),
                new Class<?>[]{Client.class}, (proxy, method, args) -> {
                    try {
                        return "close".equals(method.getName()) ? null : method.invoke(CLIENT, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public Client build() {
        return Shared.NEVER_CLOSED;
    }

    @Override
    public Configuration getConfiguration() {
        return Shared.CLIENT.getConfiguration();
    }

    @Override
    public ClientBuilder withConfig(Configuration config) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder sslContext(SSLContext sslContext) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder keyStore(KeyStore keyStore, char[] password) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder trustStore(KeyStore trustStore) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder hostnameVerifier(HostnameVerifier verifier) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder executorService(ExecutorService executorService) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder scheduledExecutorService(ScheduledExecutorService scheduledExecutorService) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder connectTimeout(long timeout, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder readTimeout(long timeout, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder property(String name, Object value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder register(Class<?> componentClass) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder register(Class<?> componentClass, int priority) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder register(Class<?> componentClass, Class<?>... contracts) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder register(Class<?> componentClass, Map<Class<?>, Integer> contracts) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder register(Object component) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder register(Object component, int priority) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder register(Object component, Class<?>... contracts) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClientBuilder register(Object component, Map<Class<?>, Integer> contracts) {
        throw new UnsupportedOperationException();
    }
}
