package phone82.journey;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Events while a PostgreSQL answers and can be read, but commits nothing: they wait, and none becomes a dead letter. */
class DatabaseWithoutCommitsTest {

    private static final int CONSUMERS = 2;
    private static final String NO_ROOM = "raise exception 'could not extend file: No space left on device' using errcode = '53100';";

    private static Databases databases;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER, Context.CUSTOMER),
            "--phone82.events.attempts=2", "--spring.datasource.hikari.data-source-properties.socketTimeout=2").with(data -> {
                databases = Databases.onPostgreSql(EnumSet.of(Context.CUSTOMER));
                return databases;
            });

    private final Shop view = PHONE82.shop(Context.CUSTOMER);
    private final JdbcTemplate jdbc = PHONE82.jdbc(Context.CUSTOMER);

    @AfterEach
    void commit() throws Exception {
        databases.confirmCommits(true);
        jdbc.execute("drop trigger if exists refuse on timeline");
    }

    @Test
    void whileNoStandbyConfirmsThem() throws Exception {
        databases.confirmCommits(false);
        List<Long> orders = LongStream.rangeClosed(1, 4).boxed().toList();
        orders.forEach(order -> PHONE82.topics().send("app.Ordered", order, UUID.randomUUID().toString()));
        await().until(() -> waitingSessions() > 0);

        // a second attempt would be over after 5 s, and each would leave one more session
        await().during(Duration.ofSeconds(8)).atMost(Duration.ofSeconds(20)).until(() -> view.all("/dead-letters").isEmpty() && waitingSessions() <= CONSUMERS);

        databases.confirmCommits(true);
        await().untilAsserted(() -> assertThat(orders).allSatisfy(order -> assertThat(view.timeline(order)).containsExactly("Ordered")));
        assertThat(view.all("/dead-letters")).isEmpty();
    }

    @Test
    void whileItHasNoRoom() throws Exception {
        jdbc.execute("create sequence tries");
        jdbc.execute("create sequence conflicts");
        refuse("perform nextval('tries'); " + NO_ROOM);
        long unreadable = 1020;
        List<Long> orders = LongStream.rangeClosed(1001, 1040).boxed().toList();
        Instant start = Instant.now();
        PHONE82.topics().sendTogether("app.Ordered", orders, unreadable);
        int tries = 10;
        await().until(() -> jdbc.queryForObject("select last_value from tries", Integer.class) >= tries);

        assertThat(Duration.between(start, Instant.now())).as("one per consumer and second").isGreaterThan(Duration.ofSeconds(tries / CONSUMERS - 2));
        assertThat(view.all("/history")).extracting(order -> order.get("orderId").asLong()).doesNotContainAnyElementsOf(orders);

        // one event fails for another reason, after many deliveries
        refuse("if nextval('conflicts') = 1 then raise exception 'another transaction was first' using errcode = '23505'; end if;");
        await().untilAsserted(() -> assertThat(orders).allSatisfy(order -> view.get("/history/" + order).expect(order == unreadable ? 404 : 200)));
        assertThat(jdbc.queryForObject("select last_value from conflicts", Integer.class)).isGreaterThan(1);
        await().untilAsserted(() -> assertThat(view.all("/dead-letters")).singleElement()
                .satisfies(letter -> assertThat(letter.get("orderId").asLong()).isEqualTo(unreadable)));
    }

    /** Runs this before each insertion of a step. */
    private void refuse(String code) {
        jdbc.execute("create or replace function refuse() returns trigger language plpgsql as $$ begin " + code + " return new; end $$");
        jdbc.execute("create or replace trigger refuse before insert on timeline for each row execute function refuse()");
    }

    private int waitingSessions() {
        return jdbc.queryForObject("select count(*) from pg_stat_activity where datname = current_database() and usename = current_user "
                + "and (wait_event = 'SyncRep' or wait_event_type = 'Lock')", Integer.class);
    }
}
