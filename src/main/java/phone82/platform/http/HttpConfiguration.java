package phone82.platform.http;

import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.hc.core5.util.TimeValue;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;
import phone82.platform.identity.TokenMinter;

import java.time.Duration;
import java.util.Set;

/** Beans for a context that serves its routes over HTTP. */
@Configuration(proxyBeanMethods = false)
@Import(HttpServerConfiguration.class)
public class HttpConfiguration {

    /** Far more than a page of 200 rows has. */
    private static final int MOST_BYTES = 8 * 1024 * 1024;

    @Bean
    Problems problems() {
        return new Problems();
    }

    @Bean
    RetryTimes retryTimes(@Value("${phone82.http.retries-per-second}") int perSecond) {
        return new RetryTimes(perSecond);
    }

    @Bean("platform-http-component")
    PlatformHttpComponent platformHttp(@Value("${phone82.http.headers}") Set<String> headers) {
        PlatformHttpComponent component = new PlatformHttpComponent();
        component.setHeaderFilterStrategy(new HttpHeaderFilter(headers));
        component.setServerRequestValidation(false);
        return component;
    }

    @Bean
    CallHeaderFilter callHeaders(@Value("${phone82.http.call-headers}") Set<String> headers) {
        return new CallHeaderFilter(headers);
    }

    /**
     * Configures the HTTP client of the routes, which call other contexts: it adds this context's token for them. It passes a 503 on
     * instead of sleeping for its Retry-After and retrying. If the other side has closed an idle connection, requests other than POST are
     * retried once on a new one. To protect POSTs, the client keeps idle connections for a shorter time than the other side stays up
     * after it has announced its stop. A call ends in time also if its answer comes in small parts.
     */
    @Bean
    HttpClientConfigurer contextClient(@Value("${phone82.http.keep-alive}") Duration keepAlive, @Value("${camel.component.http.connect-timeout}") int connectMillis, @Value("${phone82.context}") String name,
                                       Environment environment, ObjectProvider<TokenMinter> minter) {
        TokenInterceptor tokenInterceptor = new TokenInterceptor(name, environment, SingletonSupplier.of(minter::getObject));
        return client -> client.addRequestInterceptorFirst(tokenInterceptor).addExecInterceptorFirst("limit", new CallLimit(MOST_BYTES, Duration.ofMillis(connectMillis)))
                .setKeepAliveStrategy((answer, context) -> TimeValue.of(keepAlive)).setRetryStrategy(new OneRepetition());
    }

    @Bean
    WarmUp warmUp(@Value("${phone82.warm-up}") int times, ObjectProvider<WarmUp.Rehearsal> rehearsals) {
        return new WarmUp(times, rehearsals.orderedStream().toList());
    }

    /** Opens the port after the routes have started. A failure here ends the start; one in a {@code CamelContextConfiguration} would not. */
    @Bean
    ApplicationListener<ApplicationStartedEvent> openPort(HttpServer server) {
        return started -> server.listen();
    }

    @Bean
    CamelPort camelPort(HttpServer server, @Value("${phone82.${phone82.context}.port}") int port, @Value("${phone82.http.pulse}") String pulse,
                        HttpLimits limits, ObjectProvider<Contract> contract, @Qualifier("callbacks") ObjectProvider<Contract> callbacks,
                        ObjectProvider<Access> access, ObjectProvider<Authentication> authentication) {
        return new CamelPort(server, port, limits, pulse, gate(contract.getIfAvailable(), access, authentication), gate(callbacks.getIfAvailable(), access, authentication));
    }

    private static ContractGate gate(Contract contract, ObjectProvider<Access> access, ObjectProvider<Authentication> authentication) {
        return contract == null ? null : new ContractGate(contract, access.getObject(), authentication.getIfAvailable());
    }
}
