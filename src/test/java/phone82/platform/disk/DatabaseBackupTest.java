package phone82.platform.disk;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.util.unit.DataSize;
import phone82.drill.SmallDisk;
import phone82.platform.api.Problem;
import phone82.platform.disk.DatabaseBackup.Copy;
import phone82.platform.disk.DatabaseBackup.Wanted;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Copies of a real HSQLDB on a small disk. */
class DatabaseBackupTest {

    private static final String OWNER = "first";
    private static final DataSize RESERVE = DataSize.ofMegabytes(2);

    @TempDir
    Path folder;
    private SmallDisk disk;
    private Path data;
    private DurableDatabase database;
    private JdbcTemplate jdbc;
    private Connection open;

    @BeforeEach
    void createDatabase() throws Exception {
        disk = new SmallDisk(folder.resolve("disk"), 24);
        data = folder.resolve("disk/app");
        Files.createDirectories(data);
        database = new DurableDatabase("jdbc:hsqldb:file:" + data + "/db;hsqldb.tx=mvcc;hsqldb.write_delay=false;shutdown=true");
        open = database.getConnection("SA", "");
        database.setUsername("SA");
        database.setPassword("");
        jdbc = new JdbcTemplate(database);
        jdbc.execute("create cached table t (id integer primary key, v varchar(100000))");
        for (int i = 0; i < 40; i++) {
            jdbc.update("insert into t values (?, ?)", i, "x".repeat(100_000));
        }
        jdbc.execute("checkpoint");
    }

    @AfterEach
    void unmount() throws Exception {
        open.close();
        disk.close();
    }

    private DatabaseBackup backup(JdbcTemplate connections) {
        return new DatabaseBackup(connections, Disk.of(data, RESERVE), folder.resolve("disk/backups"), "app", () -> 0);
    }

    @Test
    void aCopyThatWouldFillTheDiskIsRefused() throws Exception {
        disk.fill(4_000_000);

        assertThatThrownBy(() -> backup(jdbc).take(new Wanted("monday", OWNER))).isInstanceOf(Problem.class)
                .hasMessageContaining("2.0 MB are kept free").hasMessageContaining("Delete old backups");

        assertThat(folder.resolve("disk/backups")).isEmptyDirectory();
        jdbc.update("insert into t values (100, 'x')");
        disk.makeRoom();
        Copy copy = backup(jdbc).take(new Wanted("monday", OWNER));
        assertThat(copy.bytes()).isGreaterThan(4_000_000);
        assertThat(Path.of(copy.folder(), "db.script")).exists();
    }

    @Test
    void aCopyThatTakesLongerThanARequestIsContinued() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        DatabaseBackup backup = backup(new JdbcTemplate(new DelegatingDataSource(database) {
            @Override
            public Connection getConnection() throws SQLException {
                try {
                    slow.await();
                } catch (InterruptedException e) {
                    throw new SQLException(e);
                }
                return super.getConnection();
            }
        }));

        Copy begun = backup.take(new Wanted("monday", OWNER));
        assertThat(begun.complete()).isFalse();
        assertThat(Path.of(begun.folder())).doesNotExist();
        assertThatThrownBy(() -> backup.take(new Wanted("tuesday", OWNER))).isInstanceOf(Problem.class).hasMessageContaining("The backup monday of app is in progress");
        assertThatThrownBy(() -> backup.take(new Wanted("monday", "second"))).isInstanceOf(Problem.class);
        slow.countDown();

        Copy copy = backup.take(new Wanted("monday", OWNER));
        assertThat(copy.complete()).isTrue();
        assertThat(Path.of(copy.folder(), "db.script")).exists();
        assertThatThrownBy(() -> backup.take(new Wanted("monday", OWNER))).isInstanceOf(Problem.class).hasMessageContaining("choose another name");
    }

    @Test
    void aCopyThatFailsLeavesNothing() throws Exception {
        Connection closed = database.getConnection("SA", "");
        closed.close();
        JdbcTemplate failing = new JdbcTemplate(new SingleConnectionDataSource(closed, true));

        assertThatThrownBy(() -> backup(failing).take(new Wanted("monday", OWNER))).isInstanceOf(DataAccessException.class);

        assertThat(folder.resolve("disk/backups")).isEmptyDirectory();
    }

    @Test
    void copiesThatWereCutOffAreDeleted() throws Exception {
        Path backups = folder.resolve("disk/backups");
        for (String draft : List.of("saturday/app.draft", "sunday/app.draft", "sunday/pay.draft")) {
            Files.createDirectories(backups.resolve(draft));
            Files.writeString(backups.resolve(draft).resolve("db.script"), "incomplete");
        }

        backup(jdbc).take(new Wanted("monday", OWNER));

        assertThat(backups.resolve("saturday")).doesNotExist();
        assertThat(backups.resolve("sunday").toFile().list()).as("pay may still write").containsExactly("pay.draft");
        assertThat(backups.resolve("monday").toFile().list()).containsExactly("app");
    }
}
