package phone82.operations;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import phone82.platform.audit.Audit;
import phone82.platform.audit.AuditSettings;
import phone82.platform.http.Endpoint;
import phone82.platform.http.HttpLimits;
import phone82.platform.http.HttpServer;
import phone82.platform.http.HttpServerConfiguration;
import phone82.platform.identity.Login;
import phone82.platform.observability.MetricsConfiguration;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The operator's port of this JVM. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AuditSettings.class)
@Import({MetricsConfiguration.class, HttpServerConfiguration.class})
public class OperationsContext {

    @Bean
    PrometheusMeterRegistry jvmMetrics() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    /** Metrics of the JVM, without a context's tag. */
    @Bean
    AutoCloseable boundJvmMetrics(PrometheusMeterRegistry jvmMetrics) {
        JvmGcMetrics pauses = new JvmGcMetrics();
        Stream.<MeterBinder>of(new JvmMemoryMetrics(), new JvmThreadMetrics(), new ClassLoaderMetrics(), new ProcessorMetrics(),
                new UptimeMetrics(), pauses).forEach(each -> each.bindTo(jvmMetrics));
        return pauses::close;
    }

    @Bean
    Health health(@Value("${phone82.operations.patience}") Duration patience) {
        return new Health(patience, Clock.systemUTC());
    }

    @Bean
    Operators operators(@Value("${phone82.operations.user}") String user, @Value("${phone82.operations.password:}") String password) {
        return new Operators(user, password);
    }

    @Bean
    Peers peers(@Value("${phone82.operations.peers}") List<URI> peers, @Value("${phone82.operations.bind}") InetAddress address,
                @Value("${phone82.data}") Path data, Operators operators) {
        return new Peers(peers, address.isLoopbackAddress() ? data.resolve("operations") : null, operators);
    }

    @Bean
    Audit audit(@Value("${phone82.data}") Path data, @Value("${phone82.audit.folder:}") String folder, AuditSettings settings) {
        return new Audit(folder.isEmpty() ? data.resolve("audit") : Path.of(folder), settings);
    }

    /** Not a default candidate, so that it is served only by the operator's API, behind its login. */
    @Bean(defaultCandidate = false)
    Jolokia jolokia(Audit audit, HttpLimits limits) {
        return new Jolokia(audit, limits);
    }

    /** @throws IllegalArgumentException if the setting would let other machines break something, or break something there */
    @Bean(defaultCandidate = false)
    Failures failures(Peers peers, @Value("${phone82.operations.demo}") String demo, @Value("${phone82.operations.peers}") List<URI> named,
                      @Value("${phone82.operations.bind}") InetAddress address, @Value("${phone82.bind}") InetAddress contexts,
                      @Value("${phone82.local-scheme}://${phone82.local-host}:${phone82.provider.port}") URI provider, @Value("${phone82.provider.control-key}") String controlKey,
                      Environment environment) {
        boolean onThisMachine = address.isLoopbackAddress() && contexts.isLoopbackAddress() && named.isEmpty();
        boolean enabled = demo.isEmpty() ? onThisMachine && Login.of(environment::getProperty) == Login.NONE : environment.getRequiredProperty("phone82.operations.demo", Boolean.class);
        if (enabled && !onThisMachine) {
            throw new IllegalArgumentException("phone82.operations.demo is for one machine, on 127.0.0.1 and without phone82.operations.peers; remove it.");
        }
        return new Failures(enabled, peers, provider, controlKey);
    }

    /** Like Jolokia behind the login. */
    @Bean(defaultCandidate = false)
    Repairs repairs(Peers peers) {
        return new Repairs(peers);
    }

    @Bean
    Endpoint operatorApi(Operators operators, Health health, PrometheusMeterRegistry jvmMetrics, @Qualifier("jolokia") Jolokia jolokia,
                         @Qualifier("failures") Failures failures, @Qualifier("repairs") Repairs repairs, Peers peers, Audit audit) {
        return new OperatorApi(operators, health, jvmMetrics, List.of(jolokia, new AuditApi(audit, peers), new Trends(jvmMetrics, peers, Clock.systemUTC()), failures, repairs,
                new Console(operators.user()), new OperatorPage(peers::ask)));
    }

    @Bean
    Operations operations(HttpServer server, @Value("${management.server.port:}") String port,
                          Health health, Operators operators, PrometheusMeterRegistry jvmMetrics, Peers peers, Audit audit, @Qualifier("repairs") Repairs repairs) {
        return new Operations(server, port.isEmpty(), health, operators, jvmMetrics, peers, audit, repairs);
    }
}
