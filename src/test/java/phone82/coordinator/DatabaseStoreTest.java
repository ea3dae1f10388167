package phone82.coordinator;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import phone82.Context;
import phone82.Stub;
import phone82.journey.Databases;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A coordinator whose database fails, and one whose place another coordinator takes for a while. */
class DatabaseStoreTest {

    private static final int PORT = Phone82Extension.freePort();
    private static Databases databases;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.COORDINATOR),
            "--phone82.coordinator.recovery-period=1h", "--phone82.saga.time-limit=1m", "--phone82.coordinator.app-url=http://localhost:" + PORT).with(DatabaseStoreTest::database);

    private final Shop coordinator = PHONE82.shop(Context.COORDINATOR);
    private final Queue<String> called = new ConcurrentLinkedQueue<>();
    @AutoClose
    private final Stub participant = new Stub(PORT).on("/", request -> {
        called.add(request.getRequestURI().getPath());
        Stub.answer(request, 200);
    });
    private SingleConnectionDataSource session;
    private JdbcTemplate jdbc;

    private static Databases database(Path data) {
        databases = Databases.onPostgreSql(Set.of(Context.COORDINATOR));
        return databases;
    }

    @BeforeEach
    void prepare() {
        session = new SingleConnectionDataSource(option("url"), option("user"), option("password"), true);
        jdbc = new JdbcTemplate(session);
    }

    @AfterEach
    void end() {
        session.destroy();
    }

    private static String option(String name) {
        String property = "--phone82.coordinator.database." + name + "=";
        return databases.options().stream().filter(option -> option.startsWith(property)).findFirst().orElseThrow().substring(property.length());
    }

    /** The writes are: start, two joins, the decision to close, the list of those to call. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void aWriteThatFailsGivesNoParticipantAnotherEnd(int write) {
        jdbc.execute("create sequence writes");
        jdbc.execute("create function refuse() returns trigger as $$ begin if nextval('writes') = " + write
                + " then raise exception 'no space'; end if; return new; end $$ language plpgsql");
        jdbc.execute("create trigger refuse before insert or update on JBossTSTxTable for each row execute function refuse()");
        try {
            cancelAnOrder();
            await().untilAsserted(() -> assertThat(coordinator.text(coordinator.request("/lra-coordinator"))).isEqualTo("[]"));
        } finally {
            jdbc.execute("drop function refuse cascade");
            jdbc.execute("drop sequence writes");
        }
        assertThat(Set.copyOf(called)).hasSizeLessThan(2);
    }

    /** As app does: without an answer, or with a refusal, it gives up, and the participants learn the outcome later. */
    private void cancelAnOrder() {
        HttpResponse<byte[]> started = send("POST", "/lra-coordinator/start");
        if (started.statusCode() == 201) {
            String lra = path(text(started));
            if (join(lra, 1).statusCode() == 200 && join(lra, 2).statusCode() == 200) {
                send("PUT", lra + "/close");
            }
            await().until(() -> send("PUT", lra + "/cancel").statusCode() != 503);
        }
    }

    @Test
    void whatAnotherCoordinatorDidMeanwhileIsKnown() {
        String ended = path(text(expect(201, send("POST", "/lra-coordinator/start"))));
        String open = path(text(expect(201, send("POST", "/lra-coordinator/start"))));
        expect(200, join(ended, 1));
        expect(200, join(open, 1));

        CompletableFuture<Void> taken = CompletableFuture.runAsync(() -> jdbc.execute("select pg_advisory_lock(82)"));
        await().until(() -> waiting() == 1);
        endOthers();
        taken.join();

        assertThat(expect(503, send("GET", ended + "/status")).headers().firstValue("Retry-After")).contains("5");
        expect(503, send("PUT", open + "/close"));
        expect(503, send("POST", "/lra-coordinator/start"));
        await().untilAsserted(() -> assertThat(PHONE82.operations().get("/actuator/health/readiness").status()).isEqualTo(503));
        assertThat(PHONE82.operations().get("/actuator/health/liveness").status()).isEqualTo(200);
        assertThat(jdbc.update("delete from JBossTSTxTable where UidString = ?", uid(ended))).isEqualTo(1);

        jdbc.execute("select pg_advisory_unlock(82)");
        await().until(() -> send("GET", ended + "/status").statusCode() == 404);
        expect(200, send("PUT", open + "/close"));
        assertThat(called).containsExactly("/lra-participant/complete");
        assertThat(PHONE82.operations().get("/actuator/health/readiness").status()).isEqualTo(200);
    }

    /** Otherwise it would be answered 404, and its participants would undo it. */
    @Test
    void anLraThatCannotBeReadIsNotForgotten() {
        String lra = path(text(expect(201, send("POST", "/lra-coordinator/start"))));
        expect(200, join(lra, 1));
        jdbc.execute("revoke select on JBossTSTxTable from current_user");
        endOthers();
        await().untilAsserted(() -> assertThat(PHONE82.operations().get("/actuator/health/readiness").status()).isEqualTo(503));
        // it reads all LRAs again each second
        await().during(Duration.ofSeconds(3)).untilAsserted(() -> expect(503, send("GET", lra + "/status")));

        jdbc.execute("grant select on JBossTSTxTable to current_user");
        await().untilAsserted(() -> expect(200, send("GET", lra + "/status")));
        expect(200, send("PUT", lra + "/close"));
        assertThat(called).containsExactly("/lra-participant/complete");
    }

    /** The pool waits for 1.5 s. */
    @Test
    void aRequestDoesNotWaitTwiceForADatabaseThatIsDown() {
        String lra = path(text(expect(201, send("POST", "/lra-coordinator/start"))));
        SingleConnectionDataSource superuser = new SingleConnectionDataSource(option("url"), "postgres", "", true);
        JdbcTemplate postgres = new JdbcTemplate(superuser);
        // one of several: something else may delay the others
        assertThat(Stream.generate(() -> joinWithoutADatabase(postgres, lra)).limit(3).anyMatch(took -> took.toMillis() < 2800)).isTrue();
        superuser.destroy();
        expect(200, send("PUT", lra + "/cancel"));
    }

    /** How long a participant waits for the refusal. */
    private Duration joinWithoutADatabase(JdbcTemplate postgres, String lra) {
        String session = "from pg_stat_activity join pg_locks using (pid) where locktype = 'advisory' and granted and datname = current_database()";
        postgres.execute("alter role " + option("user") + " nologin");
        try {
            // so long that the pool checks the connection, and before the coordinator does
            await().until(() -> postgres.queryForObject("select clock_timestamp() - state_change > interval '600 ms' " + session, Boolean.class));
            postgres.queryForList("select pg_terminate_backend(pid) " + session);
            long begin = System.nanoTime();
            expect(503, join(lra, 1));
            return Duration.ofNanos(System.nanoTime() - begin);
        } finally {
            postgres.execute("alter role " + option("user") + " login");
            await().untilAsserted(() -> expect(200, join(lra, 1)));
        }
    }

    private int waiting() {
        SingleConnectionDataSource other = new SingleConnectionDataSource(option("url"), option("user"), option("password"), true);
        try {
            return new JdbcTemplate(other).queryForObject("select count(*) from pg_locks where locktype = 'advisory' and not granted", Integer.class);
        } finally {
            other.destroy();
        }
    }

    private void endOthers() {
        SingleConnectionDataSource other = new SingleConnectionDataSource(option("url"), option("user"), option("password"), true);
        try {
            new JdbcTemplate(other).queryForList("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted");
        } finally {
            other.destroy();
        }
    }

    private HttpResponse<byte[]> send(String method, String path) {
        return coordinator.exchange(coordinator.request(path).method(method, BodyPublishers.noBody()));
    }

    private HttpResponse<byte[]> join(String lra, int number) {
        String url = "http://localhost:" + PORT + "/lra-participant";
        return coordinator.exchange(coordinator.request(lra)
                .header("Link", "<" + url + "/compensate?" + number + ">; rel=compensate,<" + url + "/complete?" + number + ">; rel=complete").PUT(BodyPublishers.noBody()));
    }

    private static HttpResponse<byte[]> expect(int status, HttpResponse<byte[]> response) {
        assertThat(response.statusCode()).as(() -> response + " " + text(response)).isEqualTo(status);
        return response;
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static String uid(String lra) {
        return lra.substring(lra.lastIndexOf('/') + 1).replace('_', ':');
    }

    private static String path(String lra) {
        return lra.substring(lra.indexOf("/lra-coordinator"));
    }
}
