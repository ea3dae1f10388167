package phone82.platform.context;

import io.github.resilience4j.bulkhead.BulkheadRegistry;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.micrometer.tagged.TaggedBulkheadMetrics;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans for a context whose routes have circuit breakers. The circuit breaker EIP looks up its breakers in the registry by id. */
@Configuration(proxyBeanMethods = false)
public class BreakerConfiguration {

    @Bean
    CircuitBreakerRegistry circuitBreakers() {
        return CircuitBreakerRegistry.ofDefaults();
    }

    @Bean
    BulkheadRegistry bulkheads() {
        return BulkheadRegistry.ofDefaults();
    }

    @Bean
    MeterBinder breakerMetrics(CircuitBreakerRegistry circuitBreakers, BulkheadRegistry bulkheads) {
        return metrics -> {
            TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(circuitBreakers).bindTo(metrics);
            TaggedBulkheadMetrics.ofBulkheadRegistry(bulkheads).bindTo(metrics);
        };
    }
}
