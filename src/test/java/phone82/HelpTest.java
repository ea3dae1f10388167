package phone82;

import org.junit.jupiter.api.Test;
import phone82.platform.settings.Settings;

import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

class HelpTest {

    @Test
    void everySettingIsInTheHelp() {
        String help = Help.text();

        assertThat(help).contains("\n  logging.level.<package>\n      how much ", "--help | --version\n");
        assertThat(Settings.ALL).allSatisfy(setting -> assertThat(help).contains("\n  " + setting.name() + "\n      " + setting.purpose()));
        assertThat(Settings.LISTS).isNotEmpty().allSatisfy(list -> assertThat(list.parts()).allSatisfy(part -> assertThat(help)
                .containsPattern("\n  " + Pattern.quote(list.name()) + "\\[0]\\.(\\w+, \\.)*" + part + "\\b.*\n      " + Pattern.quote(list.purpose()))));
    }
}
