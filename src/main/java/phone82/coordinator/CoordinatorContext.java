package phone82.coordinator;

import com.zaxxer.hikari.HikariDataSource;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.io.Resource;
import org.springframework.util.unit.DataSize;
import phone82.platform.disk.Disk;
import phone82.platform.disk.DurableDatabase;
import phone82.platform.health.Check;
import phone82.platform.health.Pulse;
import phone82.platform.http.Access;
import phone82.platform.http.Contract;
import phone82.platform.http.ContractGate;
import phone82.platform.http.HttpLimits;
import phone82.platform.http.HttpServer;
import phone82.platform.http.HttpServerConfiguration;
import phone82.platform.identity.TokenMinter;
import phone82.platform.observability.MetricsConfiguration;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The context {@code coordinator}: an embedded Narayana LRA coordinator. */
@Configuration(proxyBeanMethods = false)
@Import({MetricsConfiguration.class, HttpServerConfiguration.class})
public class CoordinatorContext {

    private static final String URL = "spring.datasource.url";

    @Bean
    ExecutorService coordinatorThreads(@Value("${phone82.coordinator.threads}") int threads) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                BasicThreadFactory.builder().namingPattern("coordinator-%d").daemon(true).build());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Bean
    CoordinatorApi coordinatorApi(LraStore store, ExecutorService coordinatorThreads, HttpLimits limits, Contract contract, Access access, ParticipantCallbacks callbacks,
                                  @Value("${phone82.saga.coordinator-url}") URI url) {
        return new CoordinatorApi(store, coordinatorThreads, limits, new ContractGate(contract, access, null), callbacks, url.getScheme());
    }

    @Bean
    Contract contract(@Value("${phone82.routes}/coordinator/coordinator.openapi.yaml") Resource openApi) throws IOException {
        return new Contract(openApi.getInputStream());
    }

    @Bean
    ParticipantCallbacks callbacks(@Value("${phone82.coordinator.app-url}") List<String> app, @Value("${phone82.coordinator.pay-url}") List<String> pay,
                        @Value("${phone82.coordinator.store-url}") List<String> store, TokenMinter minter) {
        return new ParticipantCallbacks(Map.of("app", app, "pay", pay, "store", store), minter);
    }

    @Bean(initMethod = "start", destroyMethod = "stop")
    LraCoordinator coordinator(HttpServer server, ParticipantCallbacks callbacks, LraStore store, @Value("${phone82.data}/coordinator") Path data,
                               @Value("${phone82.coordinator.recovery-period}") Duration recoveryPeriod,
                               @Value("${phone82.saga.time-limit}") Duration timeLimit) {
        return new LraCoordinator(server, callbacks, store, data, (int) recoveryPeriod.toSeconds(), timeLimit);
    }

    /** A database if one is configured, otherwise the data folder. */
    @Bean
    LraStore store(Environment environment, Disk disk) {
        if (disk.folder() != null) {
            return new FolderStore(disk.folder());
        }
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(environment.getRequiredProperty(URL));
        pool.setUsername(environment.getRequiredProperty("spring.datasource.username"));
        pool.setPassword(environment.getRequiredProperty("spring.datasource.password"));
        Binder.get(environment).bind("spring.datasource.hikari", Bindable.ofInstance(pool));
        return new DatabaseStore(pool);
    }

    @Bean
    Disk disk(@Value("${" + URL + "}") String url, @Value("${phone82.data}/coordinator") Path data, @Value("${phone82.data.reserve}") DataSize reserve) {
        return DurableDatabase.isEmbedded(url) ? Disk.of(data, reserve) : Disk.elsewhere();
    }

    @Bean
    Check diskCheck(Disk disk) {
        return Check.readiness("disk", disk::check);
    }

    @Bean
    Check databaseCheck(LraStore store) {
        return Check.readiness("database", store::check);
    }

    /** The path does not exist; its 404 proves that the server answers. */
    @Bean
    Check pulseCheck(@Value("${phone82.local-scheme}://${phone82.local-host}:${phone82.coordinator.port}/pulse") String url) {
        return Check.life("pulse", new Pulse(url));
    }
}
