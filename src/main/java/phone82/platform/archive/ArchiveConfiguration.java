package phone82.platform.archive;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.platform.disk.Disk;
import phone82.platform.event.Inbox;
import phone82.platform.event.Outbox;

import java.time.Duration;

/** Beans for archiving orders. Each context names its tables as {@link ArchivedTable} beans. */
@Configuration(proxyBeanMethods = false)
public class ArchiveConfiguration {

    /** An event that was replayed on its last day may wait in the broker for so long. */
    private static final Duration IN_THE_BROKER = Duration.ofDays(30);

    /** The ids of events are kept longer than the events. */
    @Bean
    Archive archive(JdbcTemplate jdbc, TransactionTemplate transactions, ObjectProvider<ArchivedTable> tables, ObjectProvider<ArchiveEffect> effects,
                    Inbox inbox, Disk disk, ObjectProvider<Outbox> outbox) {
        Outbox events = outbox.getIfAvailable();
        return new Archive(jdbc, transactions, tables.orderedStream().toList(), effects.orderedStream().toList(),
                inbox.keep().plus(IN_THE_BROKER), disk::isRestored, () -> events == null ? 0 : events.oldestSeconds());
    }
}
