package phone82.platform.observability;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** Beans for a context's metrics, as part of the JVM's metrics. */
@Configuration(proxyBeanMethods = false)
public class MetricsConfiguration {

    /** Adds a context tag to each metric. The registry must not be closed, because that would close the JVM's, too. */
    @Bean(destroyMethod = "")
    @Primary
    MeterRegistry metrics(PrometheusMeterRegistry jvm, @Value("${phone82.context}") String context) {
        CompositeMeterRegistry metrics = new CompositeMeterRegistry();
        metrics.config().commonTags("context", context).meterFilter(new HistogramBuckets());
        metrics.add(jvm);
        return metrics;
    }

    @Bean
    SmartInitializingSingleton boundMetrics(MeterRegistry metrics, ObjectProvider<MeterBinder> binders, ObjectProvider<HikariDataSource> pools) {
        return () -> {
            Gauge.builder("phone82.up", () -> 1).description("1 for each context of the process").tag("version", Version.text()).register(metrics);
            binders.forEach(each -> each.bindTo(metrics));
            pools.forEach(pool -> pool.setMetricRegistry(metrics));
        };
    }
}
