package phone82.app;

import com.ibm.icu.text.Normalizer2;
import com.ibm.icu.text.SpoofChecker;
import com.ibm.icu.text.UnicodeSet;
import phone82.platform.api.PlainText;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Comparison of item names: which spellings are the same name, and which names look alike to people. */
final class ItemNames {

    private static final Pattern SEPARATORS = Pattern.compile("[\\p{Zs}\\p{Pd}\\p{Pc}]+");

    private ItemNames() {
    }

    /** A key that all spellings of a name share: upper or lower case, full or half width, spaces, hyphens or underscores between words. */
    static String key(String item) {
        String folded = PlainText.isAscii(item) ? item.toLowerCase(Locale.ROOT) : Unicode.FOLD.normalize(item);
        return SEPARATORS.matcher(folded).replaceAll("-");
    }

    /** The appearances of a name. Two names that share one look alike (UTS 39), whatever script they are written in. */
    static Set<String> looks(String item) {
        return Set.of("folded " + Unicode.look(Unicode.FOLD.normalize(item)), "as written " + Unicode.FOLD.normalize(Unicode.look(item)));
    }

    /** A holder class, so that the Unicode data is loaded only for the first order of an unlisted item. */
    private static final class Unicode {

        static final Normalizer2 FOLD = Normalizer2.getNFKCCasefoldInstance();
        static final SpoofChecker CHECKER = new SpoofChecker.Builder().build();
        static final UnicodeSet HARDLY_SEEN = new UnicodeSet("[[:Mn:][:Zs:][:Pd:][:Pc:]]").freeze();

        static String look(String item) {
            StringBuilder look = new StringBuilder();
            CHECKER.getSkeleton(item).codePoints().filter(c -> !HARDLY_SEEN.contains(c)).forEach(look::appendCodePoint);
            return look.toString();
        }
    }
}
