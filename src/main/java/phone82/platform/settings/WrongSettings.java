package phone82.platform.settings;

import java.util.List;

/** Why nothing starts: one line for each setting that is wrong. */
public final class WrongSettings extends RuntimeException {

    WrongSettings(List<String> findings) {
        super(findings.size() == 1 ? findings.get(0) : findings.size() + " settings are wrong:\n  " + String.join("\n  ", findings), null, false, false);
    }
}
