package phone82.platform.disk;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import phone82.drill.SmallDisk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** A real HSQLDB on a real disk that is full. */
class DurableDatabaseTest {

    private static final String OPTIONS = ";hsqldb.tx=mvcc;hsqldb.write_delay=false;hsqldb.default_table_type=cached;shutdown=true";
    private static final int ROWS = 300;

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
        try (Connection connection = open(database(folder)); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("select count(*) from t")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** Each row is a commit; with the fifth of them the disk is full, but for so many bytes. */
    private Future<?> insert(DurableDatabase database, long left) throws SQLException {
        Connection connection = open(database);
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

    /** As they would be after {@code kill -9}. */
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
    void aCommitThatReturnedIsThereAndTheNextOneWaitsForRoom() throws Exception {
        for (long left : List.of(0L, 4096L)) {
            returned.set(0);
            DurableDatabase database = database(folder.resolve("disk"));
            Future<?> all = insert(database, left);
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
        Future<?> all = insert(database, 0);
        await().until(() -> database.waitsFor() != null);
        int before = returned.get();
        database.stopWaiting();

        assertThatThrownBy(() -> all.get(20, TimeUnit.SECONDS)).hasStackTraceContaining("No space left");
        assertThat(returned.get()).isEqualTo(before);
        disk.makeRoom();
        assertThat(count(folder.resolve("disk"))).isGreaterThanOrEqualTo(before);
    }

    /** Ends when the tables cannot be written; run in a JVM of its own. */
    public static final class Updates {

        public static void main(String[] arguments) throws Exception {
            Path folder = Path.of(arguments[0]);
            try (Connection connection = new DurableDatabase("jdbc:hsqldb:file:" + folder + "/db;hsqldb.cache_rows=100" + OPTIONS).getConnection("SA", "");
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
    void whenTheTablesCannotBeWrittenTheProcessEndsAndAllThatWasCommittedIsThere() throws Exception {
        Path log = folder.resolve("log.txt");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"),
                Updates.class.getName(), folder.resolve("disk").toString()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(() -> log.toString()).isEqualTo(1);
        assertThat(Files.readString(log)).contains("The process ends", folder.resolve("disk").toString());

        disk.makeRoom();
        try (Connection connection = open(database(folder.resolve("disk"))); Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("select count(*), sum(case when v = 'y' then 1 else 0 end), sum(case when v = 'z' then 1 else 0 end) from t")) {
            rows.next();
            assertThat(List.of(rows.getInt(1), rows.getInt(2), rows.getInt(3))).containsExactly(2000, 1, 0);
        }
    }
}
