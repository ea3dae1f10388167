package phone82.platform.disk;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import phone82.drill.SmallDisk;
import phone82.journey.Phone82Extension;
import phone82.platform.persistence.DatabaseProbe;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** A real HSQLDB on a real disk that runs full. */
class DurableDatabaseTest {

    private static final String OPTIONS = ";hsqldb.tx=mvcc;hsqldb.write_delay=false;hsqldb.default_table_type=cached;shutdown=true";
    private static final int ROWS = 300;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    Path folder;
    private SmallDisk disk;
    private final ExecutorService client = Executors.newSingleThreadExecutor();
    private final AtomicInteger returned = new AtomicInteger();

    @BeforeEach
    void mount() throws Exception {
        disk = new SmallDisk(folder.resolve("disk"), 24);
    }

    @AfterEach
    void unmount() throws Exception {
        client.shutdownNow();
        disk.close();
    }

    private static DurableDatabase database(Path folder) {
        return new DurableDatabase("jdbc:hsqldb:file:" + folder + "/db" + OPTIONS);
    }

    private static Connection open(DurableDatabase database) throws SQLException {
        return database.getConnection("SA", "");
    }

    private static int count(Path folder) throws SQLException {
        return count(open(database(folder)));
    }

    private static int count(Connection opened) throws SQLException {
        try (Connection connection = opened; Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("select count(*) from t")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** Each row is a commit; the fifth leaves only {@code left} free bytes on the disk. */
    private Future<?> insert(Connection connection, long left) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create cached table t (id integer primary key, v varchar(1000))");
        }
        return client.submit(() -> {
            try (connection; PreparedStatement insert = connection.prepareStatement("insert into t values (?, ?)")) {
                connection.setAutoCommit(false);
                for (int id = 0; id < ROWS; id++) {
                    if (id == 5) {
                        disk.fill(left);
                    }
                    insert.setInt(1, id);
                    insert.setString(2, "x".repeat(200));
                    insert.executeUpdate();
                    connection.commit();
                    returned.incrementAndGet();
                }
            }
            return null;
        });
    }

    /** The files as they would be after {@code kill -9}. */
    private Path filesNow() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("copy"));
        try (Stream<Path> files = Files.list(folder.resolve("disk"))) {
            for (Path file : files.filter(each -> each.getFileName().toString().matches("db\\.(log|script|properties|data|backup)")).toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    @Test
    void aReturnedCommitIsStoredAndTheNextOneWaitsForRoom() throws Exception {
        for (long left : List.of(0L, 4096L)) {
            returned.set(0);
            DurableDatabase database = database(folder.resolve("disk"));
            Future<?> all = insert(open(database), left);
            await().until(() -> database.waitsFor() != null);
            int before = returned.get();
            assertThat(before).isBetween(5, ROWS - 1);

            Path killed = filesNow();
            assertThat(count(killed)).isEqualTo(before);

            disk.makeRoom();
            all.get(20, TimeUnit.SECONDS);
            assertThat(database.waitsFor()).isNull();
            assertThat(count(folder.resolve("disk"))).isEqualTo(ROWS);
            delete(killed);
            delete(folder.resolve("disk"));
        }
    }

    /** Also in a database that was made before tables had spaces of their own. */
    @Test
    void theSpaceOfDeletedRowsIsUsedAgain() throws Exception {
        Path data = folder.resolve("old");
        try (Connection before = DriverManager.getConnection("jdbc:hsqldb:file:" + data + "/db" + OPTIONS, "SA", "");
             Statement statement = before.createStatement()) {
            statement.execute("create cached table t (id integer primary key, v varchar(1000))");
            statement.execute("insert into t values (-1, 'kept')");
        }

        try (Connection connection = open(database(data)); Statement delete = connection.createStatement();
             PreparedStatement insert = connection.prepareStatement("insert into t values (?, ?)")) {
            connection.setAutoCommit(false);
            for (int round = 0; round < 4; round++) {
                for (int id = 0; id < 10_000; id++) {
                    insert.setInt(1, id);
                    insert.setString(2, "x".repeat(1000));
                    insert.executeUpdate();
                }
                connection.commit();
                delete.executeUpdate("delete from t where id >= 0");
                connection.commit();
                delete.execute("checkpoint");
            }
        }

        assertThat(Files.size(data.resolve("db.data"))).isLessThan(3 * 10_000 * 1000);
        assertThat(count(data)).isEqualTo(1);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aStopDoesNotWait() throws Exception {
        DurableDatabase database = database(folder.resolve("disk"));
        Future<?> all = insert(open(database), 0);
        await().until(() -> database.waitsFor() != null);
        int before = returned.get();
        database.stopWaiting();

        assertThatThrownBy(() -> all.get(20, TimeUnit.SECONDS)).hasStackTraceContaining("No space left").matches(DatabaseProbe::isUnavailable, "no fault of what was committed");
        assertThat(returned.get()).isEqualTo(before);
        disk.makeRoom();
        assertThat(count(folder.resolve("disk"))).isGreaterThanOrEqualTo(before);
    }

    /** HSQLDB shows others a commit that could not be written. A message that followed from it would be sent again after the next start. */
    @Test
    void nothingFollowsFromACommitThatAStopCutOff() throws Exception {
        DurableDatabase database = database(folder.resolve("disk"));
        Future<?> all = insert(open(database), 0);
        try (Connection other = open(database); PreparedStatement rows = other.prepareStatement("select count(*) from t")) {
            other.setAutoCommit(false);
            await().until(() -> database.waitsFor() != null);
            database.stopWaiting();
            assertThatThrownBy(() -> all.get(20, TimeUnit.SECONDS)).hasStackTraceContaining("No space left");

            try (ResultSet count = rows.executeQuery()) {
                count.next();
                assertThat(count.getInt(1)).as("rows seen, one of them not on the disk").isEqualTo(returned.get() + 1);
            }
            assertThatThrownBy(() -> other.prepareStatement("update t set v = 'sent'")).isInstanceOf(SQLException.class).hasMessageContaining("restart");
            assertThatThrownBy(other::createStatement).isInstanceOf(SQLException.class).hasMessageContaining("restart").matches(DatabaseProbe::isUnavailable, "no fault of the statement");
            assertThatThrownBy(other::commit).isInstanceOf(SQLException.class).hasMessageContaining("restart");
            other.rollback();
            disk.makeRoom();
        }
    }

    /** Updates rows until the tables cannot be written; runs in a JVM of its own. */
    public static final class Updates {

        public static void main(String[] arguments) throws Exception {
            Path folder = Path.of(arguments[0]);
            try (Connection connection = new DurableDatabase("jdbc:hsqldb:file:" + folder + "/db" + OPTIONS).getConnection("SA", "");
                 Statement statement = connection.createStatement()) {
                statement.execute("create cached table t (id integer primary key, v varchar(1000))");
                for (int id = 0; id < 2000; id++) {
                    statement.execute("insert into t values (" + id + ", '" + "x".repeat(200) + "')");
                }
                statement.execute("checkpoint");
                connection.setAutoCommit(false);
                statement.execute("update t set v = 'y' where id = 7");
                connection.commit();
                SmallDisk.fill(folder, 0);
                statement.execute("update t set v = 'z'");
                connection.commit();
            }
        }
    }

    @Test
    void theProcessEndsOnUnwritableTablesWithoutLosingACommit() throws Exception {
        Path log = folder.resolve("log.txt");
        Process process = java(log, Updates.class, folder.resolve("disk").toString());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as("%s", log).isEqualTo(1);
        assertThat(Files.readString(log)).contains("The process ends", folder.resolve("disk").toString());

        disk.makeRoom();
        removeTheLockOfTheProcess();
        try (Connection connection = await().atMost(60, TimeUnit.SECONDS).ignoreExceptionsInstanceOf(SQLException.class)
                .until(() -> open(database(folder.resolve("disk"))), Objects::nonNull); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("select count(*), sum(case when v = 'y' then 1 else 0 end), sum(case when v = 'z' then 1 else 0 end) from t")) {
            rows.next();
            assertThat(List.of(rows.getInt(1), rows.getInt(2), rows.getInt(3))).containsExactly(2000, 1, 0);
        }
    }

    /** HSQLDB respects the lock of a process that was killed for 10 s. */
    private void removeTheLockOfTheProcess() throws IOException {
        Files.deleteIfExists(folder.resolve("disk/db.lck"));
    }

    private static Process java(Path log, Class<?> main, String... arguments) throws IOException {
        return builder(log, main, arguments).start();
    }

    private static ProcessBuilder builder(Path log, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    }

    @Test
    void theServerForReplicasKeepsItsCommits() throws Exception {
        int port = Phone82Extension.freePort();
        Path log = folder.resolve("server.txt");
        Process server = server(log, port, "secret");
        try {
            Future<?> all = insert(awaitConnection(port, "secret"), 0);
            await().atMost(20, TimeUnit.SECONDS).until(() -> Files.readString(log).contains("cannot be written"));
            server.destroyForcibly().waitFor();
            assertThatThrownBy(() -> all.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(SQLException.class);
            assertThat(returned.get()).isBetween(5, ROWS - 1);

            disk.makeRoom();
            removeTheLockOfTheProcess();
            server = server(log, port, "secret");
            assertThat(count(awaitConnection(port, "secret"))).isEqualTo(returned.get());
        } finally {
            server.destroyForcibly();
        }
    }

    /** The secret of a project is replaced, and the server restarts. */
    @Test
    void theServerForReplicasTakesAChangedPassword() throws Exception {
        int port = Phone82Extension.freePort();
        Path log = folder.resolve("server.txt");
        Process server = server(log, port, "former");
        try {
            try (Connection connection = awaitConnection(port, "former"); Statement statement = connection.createStatement()) {
                statement.execute("create table t (id integer primary key)");
                statement.execute("insert into t values (1)");
            }
            List<Boolean> changes = new ArrayList<>();
            for (String password : List.of("it's new", "newer", "newer")) {
                server.destroyForcibly().waitFor();
                removeTheLockOfTheProcess();
                server = server(log, port, password);
                assertThat(count(awaitConnection(port, password))).as("%s", log).isEqualTo(1);
                assertThatThrownBy(() -> connection(port, "former")).isInstanceOf(SQLInvalidAuthorizationSpecException.class);
                changes.add(Files.readString(log).contains("The password of store becomes that of"));
            }
            assertThat(Files.readString(folder.resolve("disk/db.script")) + Files.readString(folder.resolve("disk/db.log"))).doesNotContain("newer");
            assertThat(changes).containsExactly(true, true, false);
            for (String password : List.of("", "a;b")) {
                server.destroyForcibly().waitFor();
                removeTheLockOfTheProcess();
                server = server(log, port, password);
                assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(server.exitValue()).isNotZero();
            }
        } finally {
            server.destroyForcibly();
        }
    }

    private Process server(Path log, int port, String password) throws IOException {
        ProcessBuilder server = builder(log, DatabaseServer.class, "--address", "127.0.0.1", "--port", String.valueOf(port), "--silent", "true", "--dbname.0", "store", "--database.0",
                "file:" + folder.resolve("disk") + "/db;user=store;hsqldb.tx=mvcc;hsqldb.write_delay=false;hsqldb.default_table_type=cached");
        server.environment().put("STORE_PASSWORD", password);
        return server.start();
    }

    private static Connection awaitConnection(int port, String password) {
        return await().atMost(60, TimeUnit.SECONDS).ignoreExceptionsInstanceOf(SQLException.class).until(() -> connection(port, password), Objects::nonNull);
    }

    private static Connection connection(int port, String password) throws SQLException {
        return DriverManager.getConnection("jdbc:hsqldb:hsql://localhost:" + port + "/store", "store", password);
    }

    @Test
    void aFormerDatabaseKeepsFewRowsInMemory() throws SQLException {
        try (Connection former = DriverManager.getConnection("jdbc:hsqldb:file:" + folder + "/db;hsqldb.cache_rows=10000" + OPTIONS, "SA", "");
             Statement statement = former.createStatement()) {
            statement.execute("create cached table t (id integer primary key)");
            statement.execute("shutdown");
        }
        try (Connection connection = open(database(folder)); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("select property_value from information_schema.system_properties where property_name = 'hsqldb.cache_rows'")) {
            rows.next();
            assertThat(rows.getString(1)).isEqualTo("1000");
        }
    }

    /** In HSQLDB's default layout each of these rows costs more than 500 kB. */
    @Test
    void aRowThatBecomesLongerFindsAPlaceCheaply() throws Exception {
        try (Connection connection = open(database(folder)); Statement statement = connection.createStatement()) {
            statement.execute("create cached table t (id integer primary key, v varchar(1000))");
            long before = 0;
            statement.execute("create cached table longer (id integer primary key, v varchar(1000))");
            try (PreparedStatement insert = connection.prepareStatement("insert into t (id, v) values (?, 'ordered')");
                 PreparedStatement update = connection.prepareStatement("update t set v = 'ordered' || repeat(' and paid', 6) where id = ?");
                 PreparedStatement longer = connection.prepareStatement("insert into longer (id, v) values (?, repeat('delivered', 12))")) {
                for (int id = 0; id < ROWS; id++) {
                    if (id == ROWS / 2) {
                        before = THREADS.getCurrentThreadAllocatedBytes();
                    }
                    for (PreparedStatement each : List.of(insert, update, longer)) {
                        each.setInt(1, id);
                        each.executeUpdate();
                    }
                }
            }
            long each = (THREADS.getCurrentThreadAllocatedBytes() - before) / (ROWS - ROWS / 2);
            assertThat(each).as("bytes allocated for a row").isPositive().isLessThan(50_000);
        }
    }
}
