package phone82.platform.api;

import com.ibm.icu.text.Normalizer2;
import com.ibm.icu.text.UnicodeSet;
import org.apache.commons.lang3.StringUtils;

/**
 * The format {@code plain-text} of the API contracts, for text that customers write: one line of visible characters. It is the same on
 * every JVM, because ICU has its own version of Unicode.
 */
public final class PlainText {

    public static final String FORMAT = "plain-text";

    /** The rule, for error messages. */
    public static final String RULE = "must be one line of visible characters, without control, formatting or bidirectional ones; the only space is U+0020";

    private PlainText() {
    }

    /** Returns the canonical form: NFC, without leading and trailing spaces. */
    public static String canonical(String text) {
        return StringUtils.strip(isAscii(text) ? text : Unicode.NFC.normalize(text), " ");
    }

    public static boolean isPlain(String text) {
        return isAscii(text) ? StringUtils.isAsciiPrintable(text) : Unicode.VISIBLE.containsAll(text);
    }

    public static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    /** Loaded only for text that is not ASCII. */
    private static final class Unicode {

        static final Normalizer2 NFC = Normalizer2.getNFCInstance();

        /** Excludes the Braille blank, the object replacement and the replacement character, too. */
        static final UnicodeSet VISIBLE = new UnicodeSet("[^[:C:][:Z:][:Default_Ignorable_Code_Point:]\\u2800\\uFFFC\\uFFFD]").add(' ').freeze();
    }
}
