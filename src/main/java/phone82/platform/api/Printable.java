package phone82.platform.api;

import java.util.Locale;

/** Makes text from outside safe to print on one line: it cannot end the line, control the terminal or fill the screen. */
public final class Printable {

    private static final int LONGEST = 4000;

    private Printable() {
    }

    /** Returns the text with unsafe characters escaped, cut after 4000 characters; safe text is unchanged. */
    public static String line(String text) {
        if (isPrintable(text)) {
            return text;
        }
        int end = Math.min(text.length(), LONGEST);
        StringBuilder line = new StringBuilder(end + 64);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (isHarmless(c)) {
                line.append(c);
            } else if (c == '\n') {
                line.append("\\n");
            } else if (c == '\r') {
                line.append("\\r");
            } else {
                line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return text.length() == end ? line.toString() : line.append("... (").append(text.length() - end).append(" characters more)").toString();
    }

    public static boolean isPrintable(String text) {
        return text == null || text.length() <= LONGEST && text.chars().allMatch(Printable::isHarmless);
    }

    /** Format characters can change the writing direction, or are invisible. */
    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL -> c == '\t';
            case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
