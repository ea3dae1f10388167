package phone82.architecture;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** A database that has run the last migration of before refuses to start with a new one that comes earlier; an empty one hides that. */
class MigrationsTest {

    /** All up to this number have run somewhere; raise it, and their count, with a release. */
    private static final double RELEASED = 42;
    private static final int COUNT = 26;

    @Test
    void aNewMigrationComesAfterAllThatHaveRun() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/resources/db"))) {
            List<String> released = files.map(Path::toString).filter(file -> file.endsWith(".sql")).filter(file -> number(file) <= RELEASED).sorted().toList();
            assertThat(released).as("migrations up to V%.0f; one that is new has a higher number, one that has run stays", RELEASED).hasSize(COUNT);
        }
    }

    private static double number(String file) {
        return Double.parseDouble(file.substring(file.lastIndexOf("/V") + 2, file.lastIndexOf("__")));
    }
}
