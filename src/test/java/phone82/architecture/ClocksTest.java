package phone82.architecture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No statement compares times written by Java with the database's clock: a database on another machine has another clock. And no wait depends on the clock
 * of this machine: it can be set.
 */
class ClocksTest {

    private static final Pattern LITERAL = Pattern.compile("\"\"\"[\\s\\S]*?\"\"\"|\"(?:[^\"\\\\\\n]|\\\\.)*\"");
    /** The current-time functions of HQL, HSQLDB and PostgreSQL. */
    private static final Pattern CLOCK_OF_THE_DATABASE = Pattern.compile("(?i)\\b(current_(date|time|timestamp)|localtimestamp|localtime|now\\(\\)"
            + "|clock_timestamp\\(\\)|local datetime|offset datetime)|[<>=] ?instant\\b|between instant\\b");
    /** Exempt: times that the database only writes and reads. */
    private static final List<String> EXEMPT = List.of("MigrationLock.java", "DatabaseProbe.java");
    private static final Pattern WAIT = Pattern.compile("= Instant\\.now\\(\\)\\.plus\\(|Instant\\.now\\(\\)(\\.(plus|minus)\\(\\w+\\))?(\\.|::)is(Before|After)"
            + "|between\\(Instant\\.now\\(\\)");
    /** They compare the clock with times that others have set: the ends of tokens and certificates, and the times of orders. */
    private static final List<String> TIMES_OF_OTHERS = List.of("TokenVerifier.java", "StreamProxy.java", "Tls.java", "Reconciliation.java");

    @Test
    void noStatementUsesTheClockOfTheDatabase() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            assertThat(sources.filter(file -> file.toString().endsWith(".java") && !EXEMPT.contains(file.getFileName().toString()))
                    .filter(file -> asksTheDatabase(text(file)))).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"from Delivery where dispatchAt <= instant order by dispatchAt\"", "\"delete from inbox where seen_at < current_timestamp\"",
            "\"select 1 from saga where since < now() - interval '1' day\"", "\"from Order where at > local datetime\""})
    void findsEachFunction(String statement) {
        assertThat(asksTheDatabase("jdbc.query(" + statement + ", now())")).isTrue();
    }

    @Test
    void theExemptionsAreNeeded() {
        assertThat(EXEMPT).allMatch(file -> asksTheDatabase(text(Path.of("src/main/java/phone82/platform/persistence", file))));
    }

    /** {@code System.nanoTime()} measures how long something lasts. */
    @Test
    void noWaitIsMeasuredWithAClock() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            assertThat(sources.filter(file -> file.toString().endsWith(".java") && measuresByTheClock(text(file))).map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(TIMES_OF_OTHERS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"again = Instant.now().plus(PAUSE);", "if (Instant.now().isAfter(again)) {", "return !Instant.now().isBefore(until);",
            "waiting.removeIf(Instant.now().minus(LIMIT)::isAfter);", "Duration.between(Instant.now(), until)"})
    void findsEachWait(String wait) {
        assertThat(measuresByTheClock(wait)).isTrue();
    }

    private static boolean measuresByTheClock(String source) {
        return WAIT.matcher(source).find();
    }

    private static boolean asksTheDatabase(String source) {
        return LITERAL.matcher(source).results().anyMatch(literal -> CLOCK_OF_THE_DATABASE.matcher(literal.group()).find());
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
