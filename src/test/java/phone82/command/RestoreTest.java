package phone82.command;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

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
        assertThat(data.toFile().list()).filteredOn(folder -> folder.startsWith("replaced-")).singleElement()
                .satisfies(aside -> assertThat(data.resolve(aside).toFile().list()).containsExactlyInAnyOrder("app", "pay", "store", "customer", "broker"));
        assertThat(data.toFile().list()).noneMatch(folder -> folder.endsWith(".draft"));
    }

    @Test
    void aBackupThatCannotBeCopiedReplacesNothing() throws IOException {
        Files.createSymbolicLink(data.resolve("backups/monday/pay/db.data"), Path.of("nowhere"));

        assertThat(restore()).isEqualTo(1);

        assertThat(err.toString()).contains("the backup is not restored");
        assertThat(Backup.ORDER).allSatisfy(context -> assertThat(data.resolve(context).resolve("db.script")).hasContent("of today"));
        assertThat(data.resolve("broker/db.script")).exists();
        assertThat(data.toFile().list()).noneMatch(folder -> folder.startsWith("replaced-"));
    }

    private void write(String folder, String content) throws IOException {
        Files.writeString(Files.createDirectories(data.resolve(folder)).resolve("db.script"), content);
    }

    private int restore() {
        return Restore.main(new PrintStream(out), new PrintStream(err), Restore.NAME, "monday", "--phone82.data=" + data);
    }
}
