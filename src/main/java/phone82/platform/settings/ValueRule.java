package phone82.platform.settings;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.unit.DataSize;
import phone82.platform.http.ClientAddresses;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The rule for a setting's values.
 *
 * @param allowed the allowed values in words
 * @param fault   returns what is wrong with a value, as the predicate of a sentence about it; null if it is valid
 * @param secret  whether a value must not be shown
 * @param empty   whether an empty value is allowed
 */
record ValueRule(String allowed, Function<String, String> fault, boolean secret, boolean empty) {

    static final ValueRule PORT = number(0, 65535);
    static final ValueRule BOOLEAN = new ValueRule("true or false", value -> Set.of("true", "false", "on", "off", "yes", "no", "1", "0")
            .contains(value.toLowerCase(Locale.ROOT)) ? null : "is neither true nor false");
    static final ValueRule URL = new ValueRule("http(s)://<host>[:<port>]", value -> isUrl(value) ? null : "is not a URL");
    static final ValueRule URLS = new ValueRule("http(s)://<host>[:<port>], several with commas between",
            each(value -> isUrl(value) ? null : "is not a URL")).orEmpty();
    static final ValueRule BROKER_URL = new ValueRule("tcp://<host>:<port>, or (tcp://<host>:<port>,tcp://<host>:<port>)?ha=true",
            value -> BrokerUrl.isValid(value) ? null : "is not the URL of a broker");
    static final ValueRule DATABASE_URL = new ValueRule("jdbc:postgresql://<host>:<port>/<database> or jdbc:hsqldb:hsql://<host>:<port>/<database>",
            value -> value.matches("jdbc:(postgresql|hsqldb:hsqls?):\\S+") ? null : "is not the URL of a supported database");
    static final ValueRule POSTGRESQL_URL = new ValueRule("jdbc:postgresql://<host>:<port>/<database>",
            value -> value.matches("jdbc:postgresql:\\S+") ? null : "is not the URL of a PostgreSQL database");
    static final ValueRule ADDRESS = new ValueRule("an address of this machine, such as 127.0.0.1, ::1, or 0.0.0.0 for all", ValueRule::addressFault);
    static final ValueRule HOSTS = new ValueRule("host names, *.example.com for all below one, * for all, with commas between",
            each(value -> value.matches("\\*|(\\*\\.)?\\w[\\w.-]*|\\[[0-9A-Fa-f:.]+]") ? null : "is not a host name")).orEmpty();
    static final ValueRule NETWORKS = new ValueRule("addresses or networks such as 10.0.0.0/8, with commas between", each(ValueRule::networkFault)).orEmpty();
    static final ValueRule HEADERS = new ValueRule("names of request headers with commas between",
            each(value -> value.matches("[A-Za-z0-9-]+") ? null : "is not the name of a header"));
    static final ValueRule FOLDER = new ValueRule("a folder; its name may have no semicolon", ValueRule::folderFault);
    static final ValueRule FILE = new ValueRule("a file that exists", ValueRule::fileFault).orEmpty();
    static final ValueRule PLACE = new ValueRule("classpath:<folder> or file:<folder>", ValueRule::placeFault);
    static final ValueRule PATH = new ValueRule("a path that begins with /", value -> value.matches("/[!-~&&[^?#]]*") ? null : "is not a path");
    static final ValueRule NAME = new ValueRule("1 to 60 letters, digits, dots, dashes or underscores",
            value -> value.matches("[A-Za-z0-9._-]{1,60}") ? null : "is not a name");
    static final ValueRule TEXT = new ValueRule("1 to 100 characters of one line", value -> value.matches("[^\\p{Cntrl}]{1,100}") ? null : "is too long, or of several lines");
    static final ValueRule KEY = new ValueRule("up to 200 printable characters of ASCII, without spaces",
            value -> value.matches("[!-~]{1,200}") ? null : "has other characters, or too many", true, true);
    static final ValueRule VISIBLE = new ValueRule("1 to 255 printable characters of ASCII, without spaces",
            value -> value.matches("[!-~]{1,255}") ? null : "has other characters, or too many");
    static final ValueRule ISSUER = new ValueRule("https://<host>[:<port>][/<path>], or http:// on this machine",
            value -> value.matches("https?://[^/\\s?#@]+(/[^\\s?#]*)?") ? unencrypted(value) : "is not a URL without query").orEmpty();
    static final ValueRule PUBLIC_URL = new ValueRule("https://<host>[:<port>] without a slash at the end, or http:// on this machine",
            value -> isUrl(value) ? unencrypted(value) : "is not a URL without a path");
    /** A fault must not show the keys. */
    static final ValueRule SESSION_KEYS = new ValueRule("keys of 43 characters in base64url, with commas between",
            value -> value.matches("\\s*[\\w-]{43}=?\\s*(,\\s*[\\w-]{43}=?\\s*)*") ? null : "has a key of another form", true, true);
    static final ValueRule JWK = new ValueRule("a JSON Web Key or a set of them", value -> value.strip().matches("(?s)\\{.{2,20000}}") ? null : "is not a JSON object",
            true, true);
    static final ValueRule PASSWORD = new ValueRule("up to 200 characters of one line",
            value -> value.matches("[^\\p{Cntrl}]{1,200}") ? null : "is too long, or of several lines", true, true);

    private static final Pattern DURATION = Pattern.compile("0|-?\\d{1,9}(ms|s|m|h|d)|-?P[-\\dTDHMS.]+");
    private static final Pattern HOST = Pattern.compile("https?://(\\[[0-9A-Fa-f:.]+]|[^\\s:/?#@\\[\\]]+)(:\\d{1,5})?");

    private ValueRule(String allowed, Function<String, String> fault) {
        this(allowed, fault, false, false);
    }

    ValueRule orEmpty() {
        return new ValueRule(allowed + ", or nothing", fault, secret, true);
    }

    static ValueRule number(long least, long most) {
        return new ValueRule("a whole number from " + least + " to " + most, value -> !value.matches("-?\\d{1,18}") ? "is not a whole number"
                : outside(BigDecimal.valueOf(Long.parseLong(value)), BigDecimal.valueOf(least), BigDecimal.valueOf(most)));
    }

    static ValueRule decimal(String least, String most) {
        return new ValueRule("a number from " + least + " to " + most, value -> !value.matches("-?\\d{1,9}(\\.\\d{1,9})?") ? "is not a number"
                : outside(new BigDecimal(value), new BigDecimal(least), new BigDecimal(most)));
    }

    /** Requires a unit: Spring would read a plain number as milliseconds, but users would mean seconds. */
    static ValueRule duration(String least, String most) {
        return new ValueRule("a time from " + least + " to " + most + ", with its unit: ms, s, m, h or d", value -> {
            if (value.matches("-?\\d+") && !value.equals("0")) {
                return "has no unit";
            }
            Duration duration;
            try {
                duration = DURATION.matcher(value).matches() ? DurationStyle.detectAndParse(value) : null;
            } catch (IllegalArgumentException | ArithmeticException e) {
                duration = null;
            }
            return duration == null ? "is not a time" : outside(duration, DurationStyle.detectAndParse(least), DurationStyle.detectAndParse(most));
        });
    }

    static ValueRule size(String least, String most) {
        return new ValueRule("a size from " + least + " to " + most + ", such as 64MB", value -> !value.matches("-?\\d{1,6}(B|KB|MB|GB|TB)|0") ? "is not a size"
                : outside(DataSize.parse(value), DataSize.parse(least), DataSize.parse(most)));
    }

    static ValueRule choice(String... values) {
        return new ValueRule("one of " + String.join(", ", values), value -> List.of(values).contains(value) ? null : "is not one of them");
    }

    private static <T extends Comparable<T>> String outside(T value, T least, T most) {
        return value.compareTo(least) < 0 ? "is too small" : value.compareTo(most) > 0 ? "is too large" : null;
    }

    private static Function<String, String> each(Function<String, String> fault) {
        return values -> Arrays.stream(values.split(",", -1)).map(String::trim).map(value -> {
            String wrong = value.isEmpty() ? "has nothing between two commas" : fault.apply(value);
            return wrong == null || value.equals(values) || value.isEmpty() ? wrong : "contains " + value + ", which " + wrong;
        }).filter(wrong -> wrong != null).findFirst().orElse(null);
    }

    static boolean isUrl(String value) {
        try {
            URI uri = new URI(value);
            return HOST.matcher(value).matches() && uri.getHost() != null && uri.getPort() != 0 && uri.getPort() <= 65535;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Only what does not leave this machine may be sent without TLS. */
    private static String unencrypted(String url) {
        try {
            return url.startsWith("https:") || LocalName.isLocal(new URI(url).getHost()) ? null : "has no TLS";
        } catch (URISyntaxException e) {
            return "is not a URL";
        }
    }

    private static String addressFault(String value) {
        if (value.contains(":") && !value.matches("\\[?[0-9A-Fa-f:.]+(%\\w+)?]?")) {
            return "is not an address";
        }
        try {
            InetAddress address = InetAddress.getByName(value);
            return address.isAnyLocalAddress() || address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null ? null
                    : "is not an address of this machine";
        } catch (UnknownHostException | SocketException e) {
            return "is not an address of this machine";
        }
    }

    private static String networkFault(String value) {
        try {
            new ClientAddresses(List.of(value));
            return null;
        } catch (IllegalArgumentException e) {
            return "is neither an address nor a network";
        }
    }

    private static String folderFault(String value) {
        try {
            // in a URL of HSQLDB, options begin at a semicolon
            return value.contains(";") ? "has a semicolon in it" : value.isBlank() || value.chars().anyMatch(Character::isISOControl) ? "is not the name of a folder"
                    : Files.exists(Path.of(value)) && !Files.isDirectory(Path.of(value)) ? "is a file" : null;
        } catch (InvalidPathException e) {
            return "is not the name of a folder";
        }
    }

    private static String fileFault(String value) {
        try {
            return Files.isRegularFile(Path.of(value)) ? null : "is not an existing file";
        } catch (InvalidPathException e) {
            return "is not the name of a file";
        }
    }

    private static String placeFault(String value) {
        if (!value.matches("(classpath|file):[^,;?*]+")) {
            return "is not a location of files";
        }
        return value.startsWith("file:") && !Files.isDirectory(Path.of(value.substring("file:".length()).replaceFirst("^//", "")))
                ? "is not an existing folder" : null;
    }
}
