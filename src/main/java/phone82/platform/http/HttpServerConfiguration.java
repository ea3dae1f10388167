package phone82.platform.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.util.function.SingletonSupplier;
import phone82.platform.audit.Audit;
import phone82.platform.identity.IdentityConfiguration;
import phone82.platform.identity.TokenVerifier;
import phone82.platform.tls.Tls;

import java.util.List;
import java.util.Set;

/** Beans for a context's HTTP server. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(HttpLimits.class)
@Import(IdentityConfiguration.class)
public class HttpServerConfiguration {

    private static final String CERTIFICATE = "${phone82.${phone82.context}.tls.certificate:${phone82.tls.certificate}}";

    @Bean
    Hosts hosts(@Value("${phone82.context}") String context, @Value("${phone82.${phone82.context}.hosts:}") Set<String> names, Environment environment) {
        return Hosts.of(context, names, environment);
    }

    /** A fallback, because the provider is an external service with its own access check. */
    @Bean
    @Fallback
    Access tokenAccess(ObjectProvider<TokenVerifier> verifier) {
        return new TokenAccess(verifier::getObject);
    }

    @Bean
    ClientAddresses clients(@Value("${phone82.${phone82.context}.trusted-proxies:}") List<String> proxies) {
        return new ClientAddresses(proxies);
    }

    @Bean
    MeterBinder certificateMetric(@Value(CERTIFICATE) String certificate) {
        return metrics -> Gauge.builder("phone82.certificate.remaining", () -> Tls.secondsLeft(certificate)).baseUnit("seconds")
                .description("time until the certificate of the port expires; NaN without one").register(metrics);
    }

    @Bean
    HttpServer httpServer(@Value("#{'${phone82.context}' == 'operations' ? '${phone82.operations.bind:}' : '${phone82.bind}'}") String host,
                          @Value("${phone82.${phone82.context}.port}") int port,
                          @Value("${phone82.http.headers}") Set<String> headers, HttpLimits limits, Hosts hosts,
                          @Value("#{'${phone82.context}' == 'operations'}") boolean forOperators, ClientAddresses clients,
                          ObjectProvider<AdmissionCheck> admissionChecks, ObjectProvider<Endpoint> endpoints,
                          MeterRegistry metrics, @Value("#{'${otel.exporter.otlp.endpoint:}'.isEmpty()}") boolean beginsTraces,
                          @Value("${phone82.context}") String context, ObjectProvider<Audit> audit,
                          @Value(CERTIFICATE) String certificate,
                          @Value("${phone82.${phone82.context}.tls.key:${phone82.tls.key}}") String key) {
        return new HttpServer(host, port, limits, headers, hosts, forOperators, clients, admissionChecks.orderedStream().toList(),
                endpoints.orderedStream().toList(), metrics, beginsTraces, new RequestAudit(SingletonSupplier.ofNullable(audit::getIfAvailable), context),
                Tls.certificate(certificate, key));
    }
}
