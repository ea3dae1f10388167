package phone82.operations;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of who changed what through the operator's port, and of who failed to log in. */
final class Audit {

    static final Logger LOG = LoggerFactory.getLogger("phone82.audit");

    private static final int LONGEST = 200;

    private Audit() {
    }

    /** What a client sent, such that it cannot forge a log line. */
    static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(c -> {
            if (c == '\\' || c < ' ' || c > '~') {
                printable.append(String.format("\\u%04x", c));
            } else {
                printable.append((char) c);
            }
        });
        return printable.toString();
    }
}
