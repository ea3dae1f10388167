package phone82.app;

import com.ibm.icu.text.Normalizer2;
import com.ibm.icu.text.SpoofChecker;
import com.ibm.icu.text.UnicodeSet;
import phone82.platform.PlainText;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** When two names of items are one name, and when people cannot tell them apart. */
final class Likeness {

    private static final Pattern SEPARATORS = Pattern.compile("[\\p{Zs}\\p{Pd}\\p{Pc}]+");

    private Likeness() {
    }

    /** The same for all spellings of one name: upper or lower case, full or half width, spaces, hyphens or underscores between its words. */
    static String key(String item) {
        String folded = PlainText.isAscii(item) ? item.toLowerCase(Locale.ROOT) : Unicode.FOLD.normalize(item);
        return SEPARATORS.matcher(folded).replaceAll("-");
    }

    /** Two names that have one of these in common look alike (UTS 39), whatever letters they are written with. */
    static Set<String> looks(String item) {
        return Set.of("folded " + Unicode.look(Unicode.FOLD.normalize(item)), "as written " + Unicode.FOLD.normalize(Unicode.look(item)));
    }

    /** Not loaded before an order for an unlisted item comes. */
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
