package phone82.platform.context;

import com.zaxxer.hikari.HikariDataSource;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.flyway.FlywayMigrationStrategy;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.unit.DataSize;
import phone82.platform.disk.DatabaseBackup;
import phone82.platform.disk.Disk;
import phone82.platform.disk.DurableDatabase;
import phone82.platform.persistence.GaugeQueries;
import phone82.platform.persistence.HsqldbMigration;
import phone82.platform.persistence.MigrationLock;
import phone82.platform.persistence.MigrationLog;
import phone82.platform.persistence.PostgreSqlMigration;
import phone82.platform.saga.Participation;

import java.nio.file.Path;

/** Beans for a context's own database. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {

    /** The policy {@code database}: one transaction on the context's own database. */
    @Bean
    SpringTransactionPolicy database(PlatformTransactionManager transactionManager) {
        return new SpringTransactionPolicy(transactionManager);
    }

    /** Makes the connection pool open an embedded database as {@link DurableDatabase}. */
    @Bean
    static BeanPostProcessor durableCommits() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessBeforeInitialization(Object bean, String name) {
                if (bean instanceof HikariDataSource pool && DurableDatabase.isEmbedded(pool.getJdbcUrl())) {
                    pool.setDataSource(new DurableDatabase(pool.getJdbcUrl()));
                }
                return bean;
            }
        };
    }

    /** Ends the wait for a full disk when the context stops. */
    @Bean
    ApplicationListener<ContextClosedEvent> stopWaitingForDisk(HikariDataSource pool) {
        return closed -> {
            if (pool.getDataSource() instanceof DurableDatabase embedded) {
                embedded.stopWaiting();
            }
        };
    }

    /** The disk of an embedded database; that of a database server is not checked. */
    @Bean
    Disk disk(@Value("${spring.datasource.url}") String url, @Value("${phone82.data.reserve}") DataSize reserve) {
        return DurableDatabase.isEmbedded(url) ? Disk.of(DurableDatabase.folder(url), reserve) : Disk.elsewhere();
    }

    @Bean
    DatabaseBackup databaseBackup(JdbcTemplate jdbc, Disk disk, @Value("${phone82.data}") Path data, @Value("${phone82.context}") String context, ObjectProvider<Participation> participation) {
        return new DatabaseBackup(jdbc, disk, data.resolve("backups"), context,
                () -> participation.stream().mapToInt(Participation::countOpen).sum());
    }

    @Bean
    FlywayMigrationStrategy migration(@Value("${spring.datasource.url}") String url) {
        return url.startsWith("jdbc:hsqldb:hsql") ? new MigrationLock() : url.startsWith("jdbc:hsqldb") ? new HsqldbMigration() : new PostgreSqlMigration();
    }

    @Bean
    GaugeQueries gaugeQueries() {
        return new GaugeQueries();
    }

    @Bean
    MigrationLog migrationLog() {
        return new MigrationLog();
    }
}
