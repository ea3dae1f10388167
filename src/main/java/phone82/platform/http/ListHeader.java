package phone82.platform.http;

import io.vertx.core.http.HttpServerRequest;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Parses header fields that are lists: one field with commas, or several fields. */
public final class ListHeader {

    /** Elements that are read: each costs time, also before a client is known or limited, and a head has room for thousands. */
    private static final int MOST = 32;

    private static final Pattern WEIGHTED = Pattern.compile("([^\\s;]+)\\s*(?:;\\s*[qQ]=([01](?:\\.\\d{0,3})?))?");

    private ListHeader() {
    }

    /** The first elements; a list has a few, and further ones are ignored. */
    public static Stream<String> elements(List<String> fields) {
        return fields.stream().flatMap(field -> Stream.of(field.split(",", MOST + 1))).limit(MOST).map(String::trim);
    }

    /** Whether {@code Accept-Encoding} prefers gzip to the content as it is (RFC 9110, 12.5.3). */
    public static boolean acceptsGzip(List<String> acceptEncoding) {
        Map<String, Double> weights = weights(acceptEncoding);
        double gzip = weights.getOrDefault("gzip", weights.getOrDefault("x-gzip", weights.getOrDefault("*", 0.0)));
        return gzip > 0 && gzip >= weights.getOrDefault("identity", 0.0);
    }

    /** Whether {@code Accept} names one media type, and prefers it to the other (RFC 9110, 12.5.1). */
    public static boolean prefers(List<String> accept, String type, String other) {
        Map<String, Double> weights = weights(accept);
        String range = other.substring(0, other.indexOf('/')) + "/*";
        return weights.getOrDefault(type, 0.0) > weights.getOrDefault(other, weights.getOrDefault(range, weights.getOrDefault("*/*", 0.0)));
    }

    /** Whether a request comes from a browser that opens a page, rather than from a program. */
    public static boolean prefersPage(HttpServerRequest request) {
        return prefers(request.headers().getAll("Accept"), "text/html", "application/json");
    }

    /**
     * The language that {@code Accept-Language} prefers (RFC 9110, 12.5.4), by the first subtag of each element.
     *
     * @param offered the languages in lower case; the first one is the answer if the client prefers none of them
     */
    public static String language(List<String> acceptLanguage, List<String> offered) {
        // not Locale.lookup: its time is quadratic in the number of subtags
        String preferred = offered.get(0);
        double highest = 0;
        for (Matcher element : weighted(acceptLanguage).toList()) {
            String language = element.group(1).split("-", 2)[0].toLowerCase(Locale.ROOT);
            if (weight(element) > highest && offered.contains(language)) {
                preferred = language;
                highest = weight(element);
            }
        }
        return preferred;
    }

    private static Map<String, Double> weights(List<String> fields) {
        return weighted(fields).collect(Collectors.toMap(element -> element.group(1).toLowerCase(Locale.ROOT), ListHeader::weight, Math::max));
    }

    /** Elements with parameters other than q are left out. */
    private static Stream<Matcher> weighted(List<String> fields) {
        return elements(fields).map(WEIGHTED::matcher).filter(Matcher::matches);
    }

    private static double weight(Matcher element) {
        return element.group(2) == null ? 1 : Double.parseDouble(element.group(2));
    }
}
