package phone82.platform.erasure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.platform.disk.DurableDatabase;
import phone82.platform.event.DeadLetters;
import phone82.platform.event.Inbox;
import phone82.platform.event.Outbox;
import phone82.platform.persistence.ClockJump;

/** Beans for the erasure of users. Each context names its tables as {@link OwnedTable} beans. */
@Configuration(proxyBeanMethods = false)
public class ErasureConfiguration {

    /** A tombstone is kept as long as the ids of events: no event arrives later. */
    @Bean
    Tombstones tombstones(JdbcTemplate jdbc, @Value("${spring.datasource.url}") String database, Inbox inbox) {
        return new Tombstones(jdbc, !DurableDatabase.isEmbedded(database), inbox.keep(), ClockJump.HERE);
    }

    @Bean
    Erasure erasure(JdbcTemplate jdbc, TransactionTemplate transactions, ObjectProvider<OwnedTable> tables, Tombstones tombstones,
                    DeadLetters deadLetters, ObjectProvider<Outbox> outbox) {
        return new Erasure(jdbc, transactions, tables.orderedStream().toList(), tombstones, deadLetters, outbox.getIfAvailable() != null);
    }
}
