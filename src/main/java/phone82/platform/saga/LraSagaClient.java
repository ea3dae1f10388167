package phone82.platform.saga;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.saga.CamelSagaCoordinator;
import org.apache.camel.service.lra.LRAClient;
import org.apache.camel.service.lra.LRAConstants;
import org.apache.camel.service.lra.LRASagaService;
import org.apache.camel.service.lra.LRASagaStep;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.slf4j.MDC;
import phone82.platform.identity.TokenMinter;

import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

/** The Saga EIP's way to the LRA coordinator: with timeouts, and to that coordinator alone. */
public class LraSagaClient extends LRASagaService implements CamelContextConfiguration {

    private static final String START = "/start";

    private final TokenMinter minter;
    private final Duration connectTimeout;
    private final Duration requestTimeout;
    private ExecutorService continuations;

    /**
     * @param coordinator where the coordinator is, for example http://localhost:8070
     * @param participant where the coordinator reaches this context's callbacks, for example http://localhost:8081
     * @param minter      of this context's tokens for the coordinator
     */
    public LraSagaClient(String coordinator, String participant, TokenMinter minter, Duration connectTimeout, Duration requestTimeout) {
        setCoordinatorUrl(coordinator);
        setLocalParticipantUrl(participant);
        this.minter = minter;
        this.connectTimeout = connectTimeout;
        this.requestTimeout = requestTimeout;
    }

    @Override
    public void beforeApplicationStart(CamelContext camel) {
        try {
            camel.addService(this);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {
    }

    /** A caller must not make this context send requests to a place of the caller's choice. */
    @Override
    public CompletableFuture<CamelSagaCoordinator> getSaga(String id) {
        if (!id.startsWith(lras(getCoordinatorUrl()))) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("no saga of our coordinator"));
        }
        return super.getSaga(id);
    }

    /** What the ids of all LRAs of a coordinator begin with. */
    static String lras(String coordinator) {
        return coordinator + LRAConstants.DEFAULT_COORDINATOR_CONTEXT_PATH + "/";
    }

    @Override
    protected void doStart() throws Exception {
        // without it routes go on in the JVM's common pool: one or few threads for all contexts, which block each other
        continuations = getCamelContext().getExecutorServiceManager().newCachedThreadPool(this, "saga");
        super.doStart();
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        getCamelContext().getExecutorServiceManager().shutdown(continuations);
    }

    @Override
    protected LRAClient createLRAClient() {
        return new Client(HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(connectTimeout).build());
    }

    /** Every call has a timeout, and the route goes on (on another thread) with the correlation it had. */
    private final class Client extends LRAClient {

        Client(HttpClient http) {
            super(LraSagaClient.this, http);
        }

        @Override
        protected HttpRequest.Builder prepareRequest(URI uri, Exchange exchange) {
            URI target = uri.getPath().endsWith(START) ? URI.create(uri + "?ClientID=" + getCamelContext().getName()) : uri;
            return super.prepareRequest(target, exchange).setHeader("Authorization", "Bearer " + minter.token("coordinator")).timeout(requestTimeout);
        }

        @Override
        public CompletableFuture<URL> newLRA(Exchange exchange) {
            return correlated(super.newLRA(exchange));
        }

        @Override
        public CompletableFuture<Void> join(URL lra, LRASagaStep step, Exchange exchange) {
            return correlated(super.join(lra, step, exchange));
        }

        @Override
        public CompletableFuture<Void> complete(URL lra, Exchange exchange) {
            return correlated(super.complete(lra, exchange));
        }

        @Override
        public CompletableFuture<Void> compensate(URL lra, Exchange exchange) {
            return correlated(super.compensate(lra, exchange));
        }

        private <T> CompletableFuture<T> correlated(CompletableFuture<T> answer) {
            Map<String, String> context = MDC.getCopyOfContextMap();
            return answer.whenCompleteAsync((result, failure) -> {
                if (context != null) {
                    MDC.setContextMap(context);
                } else {
                    MDC.clear();
                }
            }, continuations);
        }
    }
}
