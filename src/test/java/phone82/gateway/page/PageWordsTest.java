package phone82.gateway.page;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

class PageWordsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"|en", "''|en", "ko|ko", "ko-KR,ko;q=0.9|ko", "de, ko;q=0.5|ko", "de|en", "-|en", "*|en", "en;q=x|en", ";;;|en", ",|en", "-;q=1|en", "q=0.5|en",
            "ko;q=0|en", "en;q=0.5,ko;q=0.9|ko", "ko;q=0.5,en;q=0.9|en", "en,ko|en", "KO-kr|ko", "kok|en", "ko,-|ko"})
    void thePageIsInThePreferredLanguageOrInEnglish(String acceptLanguage, String language) {
        assertThat(PageWords.locale(acceptLanguage)).isEqualTo(Locale.forLanguageTag(language));
    }

    @ParameterizedTest
    @MethodSource
    void aLongHeaderTakesNoTime(String acceptLanguage) {
        boolean fast = Stream.generate(() -> timeOf(acceptLanguage)).limit(5).anyMatch(time -> time.toMillis() < 50);

        assertThat(fast).isTrue();
    }

    private static Duration timeOf(String acceptLanguage) {
        long began = System.nanoTime();
        assertThat(PageWords.locale(acceptLanguage)).isEqualTo(Locale.ENGLISH);
        return Duration.ofNanos(System.nanoTime() - began);
    }

    static List<String> aLongHeaderTakesNoTime() {
        return List.of("aa-".repeat(2600) + "aa", "*-".repeat(3900) + "a", "a,".repeat(4000), "a" + " ".repeat(7998) + "a", "a;".repeat(4000));
    }
}
