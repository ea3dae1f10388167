package phone82.platform.settings;

import java.util.List;

/** The settings are wrong, so nothing starts. The message has one line for each wrong setting. */
public final class WrongSettings extends RuntimeException {

    WrongSettings(List<String> findings) {
        super(findings.size() == 1 ? findings.get(0) : findings.size() + " settings are wrong:\n  " + String.join("\n  ", findings), null, false, false);
    }
}
