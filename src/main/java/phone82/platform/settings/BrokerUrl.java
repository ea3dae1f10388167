package phone82.platform.settings;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Parses the URL of a broker, or of a pair of brokers of which one is active. */
public final class BrokerUrl {

    private static final String ONE = "tcp://(?:\\[[0-9A-Fa-f:.]+]|[^\\s:/,?#@()\\[\\]]+):\\d{1,5}";
    private static final String OPTIONS = "(?:\\?[^\\s()]*)?";
    private static final Pattern URL = Pattern.compile("(" + ONE + ")" + OPTIONS + "|\\((" + ONE + OPTIONS + "(?:," + ONE + OPTIONS + ")*)\\)" + OPTIONS);

    private BrokerUrl() {
    }

    static boolean isValid(String url) {
        return URL.matcher(url).matches() && brokers(url).stream().allMatch(broker -> broker.getHost() != null && broker.getPort() > 0 && broker.getPort() <= 65535);
    }

    /** Returns the brokers in a valid URL, without options. */
    public static List<URI> brokers(String url) {
        Matcher matcher = URL.matcher(url);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not the URL of a broker");
        }
        return Arrays.stream((matcher.group(1) != null ? matcher.group(1) : matcher.group(2)).split(",(?=tcp://)"))
                .map(broker -> URI.create(broker.replaceFirst("\\?.*", ""))).toList();
    }
}
