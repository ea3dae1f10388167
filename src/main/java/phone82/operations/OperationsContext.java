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
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The operator's port of this JVM. */
@Configuration(proxyBeanMethods = false)
public class OperationsContext {

    @Bean
    PrometheusMeterRegistry figures() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    @Bean
    JvmGcMetrics pauses() {
        return new JvmGcMetrics();
    }

    @Bean
    Health health(@Value("${phone82.operations.patience}") Duration patience) {
        return new Health(patience);
    }

    @Bean(initMethod = "start")
    Operations operations(@Value("${management.server.address:${phone82.bind}}") InetAddress address,
                          @Value("${management.server.port:#{null}}") Integer port,
                          @Value("${phone82.operations.user}") String user, @Value("${phone82.operations.password:}") String password,
                          @Value("${phone82.operations.hosts}") List<String> hosts,
                          @Value("${phone82.operations.peers}") List<URI> peers, @Value("${phone82.data}") Path data,
                          Health health, PrometheusMeterRegistry figures, JvmGcMetrics pauses) {
        Stream.<MeterBinder>of(new JvmMemoryMetrics(), new JvmThreadMetrics(), new ClassLoaderMetrics(), new ProcessorMetrics(),
                new UptimeMetrics(), pauses).forEach(each -> each.bindTo(figures));
        Operators operators = new Operators(user, password);
        return new Operations(address, port, hosts, health, operators, figures,
                new Peers(peers, address.isLoopbackAddress() ? data.resolve("operations") : null, operators));
    }
}
