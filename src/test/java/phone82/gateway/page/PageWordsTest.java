package phone82.gateway.page;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Locale;

import static org.assertj.core.api.Assertions.assertThat;

class PageWordsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"|en", "''|en", "ko|ko", "ko-KR,ko;q=0.9|ko", "de, ko;q=0.5|ko", "de|en", "-|en", "*|en", "en;q=x|en", ";;;|en", ",|en", "-;q=1|en", "q=0.5|en"})
    void thePageIsInThePreferredLanguageOrInEnglish(String acceptLanguage, String language) {
        assertThat(PageWords.locale(acceptLanguage)).isEqualTo(Locale.forLanguageTag(language));
    }
}
