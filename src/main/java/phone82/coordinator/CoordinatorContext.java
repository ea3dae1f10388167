package phone82.coordinator;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import phone82.platform.health.Check;
import phone82.platform.health.Pulse;

import java.nio.file.Path;
import java.time.Duration;

/** The context {@code coordinator}: the Narayana LRA coordinator within this JVM. */
@Configuration(proxyBeanMethods = false)
public class CoordinatorContext {

    @Bean(initMethod = "start", destroyMethod = "stop")
    LraCoordinator coordinator(@Value("${phone82.bind}") String host, @Value("${phone82.coordinator.port}") int port,
                               @Value("${phone82.data}/coordinator") Path data,
                               @Value("${phone82.coordinator.recovery-period}") Duration recoveryPeriod,
                               @Value("${phone82.coordinator.threads}") int threads,
                               @Value("${phone82.saga.time-limit}") Duration timeLimit,
                               @Value("${phone82.coordinator.key}") String key) {
        return new LraCoordinator(host, port, data, (int) recoveryPeriod.toSeconds(), threads, timeLimit, key);
    }

    /** Nothing is at that path; that it says so is enough. */
    @Bean
    Check pulseCheck(@Value("${phone82.bind}") String host, @Value("${phone82.coordinator.port}") int port) {
        return Check.life("pulse", new Pulse(host, port, "/pulse"));
    }
}
