package phone82.platform;

import jakarta.persistence.EntityManagerFactory;
import org.apache.camel.component.jpa.JpaComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.flyway.FlywayMigrationStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

/** A context's own database, as its routes use it. */
@Configuration(proxyBeanMethods = false)
class DatabaseConfiguration {

    /** The policy {@code database}: one transaction on the context's own database. */
    @Bean
    SpringTransactionPolicy database(PlatformTransactionManager transactionManager) {
        return new SpringTransactionPolicy(transactionManager);
    }

    @Bean
    FlywayMigrationStrategy migration(@Value("${spring.datasource.url}") String url) {
        return url.startsWith("jdbc:hsqldb:hsql") ? new MigrationTurn() : Flyway::migrate;
    }

    @Bean
    ComponentCustomizer jpa(ObjectProvider<EntityManagerFactory> entities) {
        return ComponentCustomizer.builder(JpaComponent.class)
                .build(component -> entities.ifAvailable(component::setEntityManagerFactory));
    }
}
