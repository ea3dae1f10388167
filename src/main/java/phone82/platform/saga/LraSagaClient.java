package phone82.platform.saga;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.saga.CamelSagaCoordinator;
import org.apache.camel.service.lra.LRAClient;
import org.apache.camel.service.lra.LRAConstants;
import org.apache.camel.service.lra.LRASagaService;
import org.apache.camel.service.lra.LRASagaStep;
import org.apache.commons.lang3.function.Failable;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import phone82.platform.camel.BeforeStart;
import phone82.platform.http.LimitedClient;
import phone82.platform.identity.TokenMinter;
import phone82.platform.log.RareLog;

import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;

/** The Saga EIP's client for the LRA coordinator, with timeouts, and limited to the configured coordinator. */
public class LraSagaClient extends LRASagaService implements BeforeStart {

    private static final String START = "/start";
    private static final int MOST_BYTES = 64 * 1024;

    private final RareLog rareLog = new RareLog(LoggerFactory.getLogger(LraSagaClient.class), Duration.ofSeconds(10));
    private final TokenMinter minter;
    private final Duration connectTimeout;
    private final Duration requestTimeout;
    private ExecutorService continuations;

    /**
     * @param coordinator URL of the coordinator, for example http://localhost:8070
     * @param participant URL at which the coordinator reaches this context's callbacks, for example http://localhost:8081
     * @param minter      mints this context's tokens for the coordinator
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
        Failable.run(() -> camel.addService(this));
    }

    /** Accepts only LRAs of the configured coordinator, so that a caller cannot make this context send requests to an address of its choice. */
    @Override
    public CompletableFuture<CamelSagaCoordinator> getSaga(String id) {
        if (!id.startsWith(lras(getCoordinatorUrl()))) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("not a saga of the configured coordinator"));
        }
        return super.getSaga(id);
    }

    /** Returns the prefix of the ids of all LRAs of a coordinator: its URL as clients send it in the header Host, without the port if it is the default. */
    static String lras(String coordinator) {
        return coordinator.replaceFirst("^(http://[^/]+):80(?=/|$)|^(https://[^/]+):443(?=/|$)", "$1$2") + LRAConstants.DEFAULT_COORDINATOR_CONTEXT_PATH + "/";
    }

    @Override
    protected void doStart() throws Exception {
        // otherwise routes continue in the JVM's common pool, whose few threads all contexts would block for each other
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
        return new Client(new LimitedClient(connectTimeout, MOST_BYTES));
    }

    /**
     * Adds a timeout to every call, restores the route's correlation on the thread that continues it, and makes every failure a
     * {@link CancellationUnavailable}: the coordinator is unavailable, or has ended the saga.
     */
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
            boolean hasFailed = exchange.getException() != null;
            CompletableFuture<Void> undone = correlated(super.compensate(lra, exchange));
            // a refusal of a participant remains the answer; the coordinator undoes the saga at its time limit
            return hasFailed ? undone.exceptionally(failure -> null) : undone;
        }

        private <T> CompletableFuture<T> correlated(CompletableFuture<T> answer) {
            Map<String, String> context = MDC.getCopyOfContextMap();
            return answer.handleAsync((result, failure) -> {
                if (context != null) {
                    MDC.setContextMap(context);
                } else {
                    MDC.clear();
                }
                if (failure != null) {
                    Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
                    rareLog.warn("coordinator", "The coordinator refuses or does not answer, so orders cannot be cancelled now: {}", cause.toString());
                    throw new CompletionException(new CancellationUnavailable());
                }
                return result;
            }, continuations);
        }
    }
}
