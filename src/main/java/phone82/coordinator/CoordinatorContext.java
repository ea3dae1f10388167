package phone82.coordinator;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;
import phone82.platform.disk.Disk;
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
                               @Value("${phone82.saga.time-limit}") Duration timeLimit) {
        return new LraCoordinator(host, port, data, (int) recoveryPeriod.toSeconds(), threads, timeLimit);
    }

    @Bean
    Disk disk(@Value("${phone82.data}/coordinator") Path data, @Value("${phone82.data.reserve}") DataSize reserve) {
        return Disk.of(data, reserve);
    }

    @Bean
    Check diskCheck(Disk disk) {
        return Check.readiness("disk", disk::check);
    }

    /** Nothing is at that path; that it says so is enough. */
    @Bean
    Check pulseCheck(@Value("${phone82.bind}") String host, @Value("${phone82.coordinator.port}") int port) {
        return Check.life("pulse", new Pulse(host, port, "/pulse"));
    }
}
