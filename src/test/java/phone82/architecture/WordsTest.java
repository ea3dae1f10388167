package phone82.architecture;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.util.regex.Pattern.CASE_INSENSITIVE;
import static org.assertj.core.api.Assertions.assertThat;

/** Checks that no text of the project uses the phrases for which {@link #PHRASES} has plainer ones. */
class WordsTest {

    private static final List<Path> ROOTS = Stream.of("src/main", "src/test", "src/docs", "routes", "artemis", "openshift", "README.md", "pom.xml", ".ci/run")
            .map(Path::of).toList();
    private static final Path THIS = Path.of("src/test/java/phone82/architecture/WordsTest.java");

    /** A phrase, also across the lines of a comment, and the words to use instead. */
    private record Phrase(Pattern pattern, String better) {

        Phrase(String words, String better) {
            this(Pattern.compile("\\b(?:" + words.replace(" ", "[\\s*#/]+") + ")\\b", CASE_INSENSITIVE), better);
        }
    }

    private static final List<Phrase> PHRASES = List.of(
            new Phrase("tells?|told", "report, log, return, show, say; distinguish for tell apart"),
            new Phrase("figures", "metrics, statistics"),
            new Phrase("away|gone without a word", "unavailable, unreachable, unresponsive"),
            new Phrase("whoever", "the caller, the client, a consumer"),
            new Phrase("looks again|is asked again", "retries, polls"),
            new Phrase("gives up its", "discards"),
            new Phrase("comes? to be", "is created, becomes"),
            new Phrase("breaks the contract", "violates the API contract"));

    /** A use that is right, in the files whose path matches. */
    private record Exemption(String files, Pattern text, String reason) {

        Exemption(String files, String text, String reason) {
            this(files, Pattern.compile(text), reason);
        }
    }

    private static final List<Exemption> EXEMPTIONS = List.of(
            new Exemption(".*", "sim-capture-away-", "a demo item, which is part of the public interface"),
            new Exemption(".*", "throw-away", "the adjective"),
            new Exemption("src/main/resources/db/.*", "--.*", "Flyway refuses a migration that changes after its release"),
            new Exemption("src/(main/(resources/(static|operator)|java/phone82/gateway/page)|test/java/phone82/page)/.*", "['\"#.](?:\\w+\\.)*(?:away|AWAY|told)\\b|\\bAWAY:",
                    "element ids, text keys and JSON fields of the pages"));

    @Test
    void textsUsePlainPhrases() throws IOException {
        List<String> findings = new ArrayList<>();
        for (Path root : ROOTS) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(Files::isRegularFile).filter(each -> !each.equals(THIS)).sorted().toList()) {
                    findings.addAll(findings(file.toString(), text(file)));
                }
            }
        }

        findings.forEach(System.out::println);
        assertThat(findings).isEmpty();
    }

    @Test
    void findsAPhraseInAnyCaseAndAcrossLines() {
        assertThat(findings("A.java", "/** Told by\n * whoever it comes to\n * be. */")).hasSize(3);
        assertThat(findings("A.java", "// runaway, teller, faraway, sim-capture-away-2")).isEmpty();
    }

    private static List<String> findings(String file, String text) {
        String checked = text;
        for (Exemption exemption : EXEMPTIONS) {
            if (file.matches(exemption.files)) {
                checked = exemption.text.matcher(checked).replaceAll(match -> " ".repeat(match.group().length()));
            }
        }
        String source = checked;
        return PHRASES.stream().flatMap(phrase -> phrase.pattern.matcher(source).results().map(match -> finding(file, source, match, phrase)))
                .collect(Collectors.toList());
    }

    private static String finding(String file, String text, MatchResult match, Phrase phrase) {
        long line = text.substring(0, match.start()).chars().filter(character -> character == '\n').count() + 1;
        return file + ":" + line + ": '" + match.group().replaceAll("\\s+", " ") + "', better: " + phrase.better;
    }

    /** Empty for a file that is not text. */
    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (MalformedInputException e) {
            return "";
        }
    }
}
