package phone82.architecture;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** A database that has run the last migration of before refuses to start with a new one that comes earlier; an empty one hides that. */
class MigrationsTest {

    private static final Path FOLDER = Path.of("src/main/resources/db");
    private static final double LAST_RUN = 61;

    /** All up to that number have run somewhere. Once a later one has, too, it is added here. */
    private static final String FILES = """
            app/V20__wide_texts.sql
            app/V3.1__order_ids_in_blocks.sql
            app/V30__owners.sql
            app/V3__orders.sql
            app/V42__stuck.sql
            app/V46__paused.sql
            app/V4__idempotency.sql
            app/V51__erasure.sql
            app/V52__new_owners.sql
            app/V57__order_of_pauses.sql
            app/V59__archiving.sql
            customer/V20__wide_texts.sql
            customer/V30__owners.sql
            customer/V3__history.sql
            customer/V41__rebuild.sql
            customer/V4__stream.sql
            customer/V61__rebuild_run.sql
            inbox/V1__inbox.sql
            inbox/V50__erased.sql
            outbox/V2__outbox.sql
            outbox/V40__event_log.sql
            outbox/V44__replays.sql
            pay/V20__wide_texts.sql
            pay/V27__payment_key.sql
            pay/V30__owners.sql
            pay/V3__payment.sql
            pay/V4__intents.sql
            pay/V56__payments_by_age.sql
            pay/V59__archived.sql
            pay/V5__payments_by_status.sql
            pay/V60__lost_reservations.sql
            provider/V1__ledger.sql
            provider/V20__wide_texts.sql
            saga/V2.1__saga.sql
            store/V20__wide_texts.sql
            store/V30__owners.sql
            store/V3__delivery.sql
            store/V45__pauses.sql
            store/V47__by_dispatch.sql
            store/V55__lists.sql
            """;

    @Test
    void aNewMigrationComesAfterAllThatHaveRun() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER).filter(Files::isRegularFile)) {
            assertThat(files.map(file -> FOLDER.relativize(file).toString()).filter(file -> number(file) <= LAST_RUN))
                    .as("the migrations up to V%.0f; a new one has a higher number, one that has run stays as it is", LAST_RUN)
                    .containsExactlyInAnyOrderElementsOf(FILES.lines().toList());
        }
    }

    private static double number(String file) {
        return Double.parseDouble(file.substring(file.lastIndexOf("/V") + 2, file.lastIndexOf("__")));
    }
}
