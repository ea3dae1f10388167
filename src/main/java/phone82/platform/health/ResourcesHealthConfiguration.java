package phone82.platform.health;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import phone82.platform.disk.Disk;
import phone82.platform.disk.DurableDatabase;
import phone82.platform.persistence.DatabaseProbe;

import java.util.Map;
import javax.sql.DataSource;

/** Health checks of a context's database, and of the disk of an embedded one. */
@Configuration(proxyBeanMethods = false)
public class ResourcesHealthConfiguration {

    @Bean
    Check databaseCheck(DataSource database) {
        return Check.readiness("database", () -> Map.of("product", DatabaseProbe.probe(database)));
    }

    @Bean
    Check diskCheck(Disk disk, HikariDataSource pool) {
        return Check.readiness("disk", () -> {
            if (pool.getDataSource() instanceof DurableDatabase embedded && embedded.waitsFor() != null) {
                throw new IllegalStateException(embedded.waitsFor());
            }
            return disk.check();
        });
    }
}
