package phone82.gateway.page;

import com.ibm.icu.number.NumberFormatter;
import com.ibm.icu.text.MeasureFormat;
import com.ibm.icu.text.MeasureFormat.FormatWidth;
import com.ibm.icu.util.Currency;
import com.ibm.icu.util.Measure;
import com.ibm.icu.util.MeasureUnit;
import org.apache.commons.lang3.function.Failable;
import org.springframework.core.io.ClassPathResource;
import phone82.platform.http.ListHeader;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The texts of the page in one language, from the file that its scripts read, and amounts and times as the scripts write them. */
final class PageWords {

    private static final String FILE = "static/assets/words.js";
    private static final Pattern LANGUAGE = Pattern.compile("^    (\\w\\w): \\{$");
    private static final Pattern TEXT = Pattern.compile("'([^']+)': '([^']*)'");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");

    private static final List<String> LANGUAGES = List.of("en", "ko");
    private static final Map<String, Map<String, String>> TEXTS = read();

    private static final ZoneId KOREA = ZoneId.of("Asia/Seoul");
    private static final Duration SOON = Duration.ofDays(6);

    private final Locale locale;
    private final Map<String, String> texts;
    private final DateTimeFormatter time;

    /** @param zone the time zone of all times, which is shown with them */
    PageWords(Locale locale, ZoneId zone) {
        this.locale = locale;
        this.texts = TEXTS.get(locale.getLanguage());
        this.time = DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM).localizedBy(locale).withZone(zone);
    }

    /** The texts in the language that the client prefers; English if it prefers neither language. */
    static PageWords preferred(String acceptLanguage) {
        Locale locale = locale(acceptLanguage);
        return new PageWords(locale, locale.equals(Locale.KOREAN) ? KOREA : ZoneId.systemDefault());
    }

    static Locale locale(String acceptLanguage) {
        return Locale.forLanguageTag(ListHeader.language(acceptLanguage == null ? List.of() : List.of(acceptLanguage), LANGUAGES));
    }

    private static Map<String, Map<String, String>> read() {
        Map<String, Map<String, String>> texts = new HashMap<>();
        Map<String, String> current = null;
        for (String line : Failable.get(() -> new ClassPathResource(FILE).getContentAsString(UTF_8)).split("\n")) {
            Matcher language = LANGUAGE.matcher(line);
            if (language.matches()) {
                current = texts.computeIfAbsent(language.group(1), each -> new HashMap<>());
            } else if (current != null) {
                Matcher text = TEXT.matcher(line);
                while (text.find()) {
                    current.put(text.group(1), text.group(2));
                }
            }
        }
        return texts;
    }

    String language() {
        return locale.getLanguage();
    }

    /** @param values the names and values of the placeholders, in turn */
    String say(String key, Object... values) {
        return PLACEHOLDER.matcher(texts.getOrDefault(key, key)).replaceAll(found -> {
            for (int i = 0; i < values.length; i += 2) {
                if (found.group(1).equals(values[i])) {
                    return Matcher.quoteReplacement(String.valueOf(values[i + 1]));
                }
            }
            return "";
        });
    }

    /** The text, or the name if there is none. */
    String sayOf(String kind, String name) {
        return texts.getOrDefault(kind + "." + name, name);
    }

    static String gigabytes(int number) {
        return number % 1024 == 0 ? number / 1024 + "\u00a0TB" : number + "\u00a0GB";
    }

    String won(long amount) {
        return language().equals("ko") ? NumberFormatter.withLocale(locale).format(amount) + "원"
                : NumberFormatter.withLocale(locale).unit(Currency.getInstance("KRW")).format(amount).toString();
    }

    String time(Instant when) {
        return time.format(when) + " " + DateTimeFormatter.ofPattern("z", locale).withZone(time.getZone()).format(when);
    }

    /** A future day: its weekday within a week, otherwise its date. */
    String day(Instant when, Instant now) {
        String pattern = when.isBefore(now.plus(SOON)) ? "EEEE" : language().equals("ko") ? "M월 d일" : "MMMM d";
        String words = DateTimeFormatter.ofPattern(pattern, locale).withZone(time.getZone()).format(when);
        return language().equals("ko") ? words + "에" : "on " + words;
    }

    /** A time of at most an hour. */
    String span(long seconds) {
        return seconds < 60 ? unit(seconds, MeasureUnit.SECOND)
                : seconds < 600 ? unit(seconds / 60, MeasureUnit.MINUTE) + " " + unit(seconds % 60, MeasureUnit.SECOND)
                : unit(seconds / 60, MeasureUnit.MINUTE);
    }

    private String unit(long number, MeasureUnit unit) {
        return MeasureFormat.getInstance(locale, FormatWidth.SHORT).formatMeasures(new Measure(number, unit));
    }
}
