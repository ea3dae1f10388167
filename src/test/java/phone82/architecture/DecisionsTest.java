package phone82.architecture;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The index of the decisions names each record by its title. */
class DecisionsTest {

    private static final Path FOLDER = Path.of("src/docs/adr");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| \\[(\\d+)]\\(([^)]+)\\) \\| ([^|]+) \\|");

    @Test
    void theIndexHasTheTitleOfEachRecord() throws IOException {
        List<String> index = ROW.matcher(Files.readString(FOLDER.resolve("README.md"))).results()
                .map(row -> row.group(2) + ": " + row.group(1) + ". " + row.group(3)).toList();
        try (Stream<Path> records = Files.list(FOLDER)) {
            assertThat(index).isEqualTo(records.filter(each -> each.getFileName().toString().matches("\\d{4}-.*\\.md")).sorted()
                    .map(each -> each.getFileName() + ": " + title(each)).toList());
        }
    }

    private static String title(Path decision) {
        try {
            return Files.readAllLines(decision).get(0).replaceFirst("# ", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
