package phone82.command;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;
import phone82.platform.disk.RestoredData;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

class RestoreTest {

    @TempDir
    Path data;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void backUp() throws IOException {
        for (String context : Backup.ORDER) {
            write("backups/monday/" + context, "of monday");
            write(context, "of today");
        }
        write("broker", "of today");
    }

    @Test
    void existingDataIsKeptAside() throws IOException {
        write("pay.draft", "of a restore that was cut off");

        assertThat(restore()).as(err::toString).isZero();

        assertThat(Backup.ORDER).allSatisfy(context -> assertThat(data.resolve(context).resolve("db.script")).hasContent("of monday"));
        assertThat(data.resolve("broker")).doesNotExist();
        assertThat(Backup.ORDER).allSatisfy(context -> assertThat(RestoredData.isMarked(data.resolve(context))).isTrue());
        assertThat(Restore.isUnfinished(data)).isFalse();
        assertThat(data.toFile().list()).filteredOn(folder -> folder.startsWith("replaced-")).singleElement()
                .satisfies(aside -> assertThat(data.resolve(aside).toFile().list()).containsExactlyInAnyOrder("app", "pay", "store", "customer", "broker"));
        assertThat(data.toFile().list()).noneMatch(folder -> folder.endsWith(".draft"));
    }

    @Test
    void deliveriesAreReleasedOnce() {
        assertThat(restore()).isZero();

        assertThat(release()).isZero();

        assertThat(Backup.ORDER).allSatisfy(context -> assertThat(RestoredData.isMarked(data.resolve(context))).isFalse());
        assertThat(release()).isEqualTo(1);
        assertThat(err.toString()).contains("nothing is held in " + data);
    }

    private int release() {
        return Restore.main(new PrintStream(out), new PrintStream(err), Restore.NAME, "--release", "--phone82.data=" + data);
    }

    @Test
    void aBackupThatCannotBeCopiedReplacesNothing() throws IOException {
        Files.createSymbolicLink(data.resolve("backups/monday/pay/db.data"), Path.of("nowhere"));

        assertThat(restore()).isEqualTo(1);

        assertThat(err.toString()).contains("the backup is not restored", "nothing is changed");
        assertNothingIsChanged();
        assertThat(Restore.isUnfinished(data)).isFalse();
    }

    @Test
    void aMissingDatabaseReplacesNothing() throws IOException {
        Files.delete(data.resolve("backups/monday/pay/db.script"));

        assertThat(restore()).isEqualTo(1);

        assertThat(err.toString()).contains("there is no complete backup monday: " + data.resolve("backups/monday/pay") + " is missing");
        assertNothingIsChanged();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pay", "broker", "coordinator"})
    void aRunningContextPreventsIt(String context) throws IOException {
        Path lock = Files.createDirectories(data.resolve(context)).resolve(".lock");
        try (FileChannel channel = FileChannel.open(lock, CREATE, WRITE); FileLock ignored = channel.lock()) {
            assertThat(restore()).isEqualTo(1);
        }

        assertThat(err.toString()).contains(context + " runs; stop phone82 first. Nothing is changed.");
        assertNothingIsChanged();
        assertThat(Restore.isUnfinished(data)).isFalse();
    }

    @Test
    void aRestoreThatWasCutOffIsRepeated() throws IOException {
        Files.createFile(data.resolve("restore.unfinished"));
        write("replaced-before/customer", "of today");
        write("customer", "of monday");
        Path obstacle = Files.createSymbolicLink(data.resolve("backups/monday/pay/db.data"), Path.of("nowhere"));

        assertThat(restore()).isEqualTo(1);
        assertThat(err.toString()).contains("until it succeeds, phone82 does not start");
        assertThat(Restore.isUnfinished(data)).as("contexts must not start with data of two days").isTrue();

        Files.delete(obstacle);
        assertThat(restore()).as(err::toString).isZero();
        assertThat(Backup.ORDER).allSatisfy(context -> assertThat(data.resolve(context).resolve("db.script")).hasContent("of monday"));
        assertThat(out.toString()).contains("the restore that was cut off replaced");
        assertThat(data.resolve("replaced-before/customer/db.script")).hasContent("of today");
        assertThat(Restore.isUnfinished(data)).isFalse();
    }

    /** On a machine that has only the backups, nothing is moved aside. */
    @Test
    void aRestoreThatFailsAmidTheFoldersOfANewMachineIsRepeated() throws IOException {
        for (String folder : List.of("customer", "app", "store", "pay", "broker")) {
            FileSystemUtils.deleteRecursively(data.resolve(folder));
        }
        Path obstacle = Files.createSymbolicLink(data.resolve("app"), Path.of("nowhere"));

        assertThat(restore()).isEqualTo(1);
        assertThat(data.resolve("customer/db.script")).exists();
        assertThat(err.toString()).contains("until it succeeds, phone82 does not start");
        assertThat(Restore.isUnfinished(data)).isTrue();

        Files.delete(obstacle);
        assertThat(restore()).as(err::toString).isZero();
        assertThat(Backup.ORDER).allSatisfy(context -> assertThat(data.resolve(context).resolve("db.script")).hasContent("of monday"));
        assertThat(Restore.isUnfinished(data)).isFalse();
    }

    private void assertNothingIsChanged() {
        assertThat(Backup.ORDER).allSatisfy(context -> assertThat(data.resolve(context).resolve("db.script")).hasContent("of today"));
        assertThat(data.resolve("broker/db.script")).exists();
        assertThat(data.toFile().list()).noneMatch(folder -> folder.startsWith("replaced-") || folder.endsWith(".draft"));
    }

    private void write(String folder, String content) throws IOException {
        Files.writeString(Files.createDirectories(data.resolve(folder)).resolve("db.script"), content);
    }

    private int restore() {
        return Restore.main(new PrintStream(out), new PrintStream(err), Restore.NAME, "monday", "--phone82.data=" + data);
    }
}
