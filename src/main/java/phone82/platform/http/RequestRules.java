package phone82.platform.http;

import io.vertx.core.http.HttpServerRequest;
import org.apache.commons.lang3.StringUtils;
import phone82.platform.api.Problem;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The rules for every request, whatever its operation: a proxy must not need to change the request, and no receiver must be able to
 * interpret it differently.
 */
final class RequestRules {

    /** The only admitted header that may be repeated. */
    private static final String LIST = "accept";

    private static final String TOKEN = "[\\w!#$%&'*+.^`|~-]+";

    /**
     * Excludes forms and serialised objects, which would be parsed before the request is checked. Parameters have no meaning for JSON; a
     * charset must be UTF-8.
     */
    private static final Pattern MEDIA_TYPE = Pattern.compile("(?!multipart/|application/(x-www-form-urlencoded|x-java-serialized-object))"
            + "(" + TOKEN + "/" + TOKEN + ")(\\s*;\\s*(charset=(utf-?8|\"utf-?8\")|(?!charset=)" + TOKEN + "=(" + TOKEN + "|\"[^\"\\\\]*\"))?){0,8}+\\s*",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern FORM = Pattern.compile("application/x-www-form-urlencoded(\\s*;.*)?", Pattern.CASE_INSENSITIVE);

    private final Set<String> headersIn;

    private final Hosts hosts;
    private final boolean forOperators;
    private final Set<String> forms;

    /**
     * @param headersIn    the request headers to admit, in lower case
     * @param forOperators whether to refuse reads by pages of other sites, too, and not to check the path, as no proxy passes it on
     * @param forms        the paths that accept a form
     */
    RequestRules(Set<String> headersIn, Hosts hosts, boolean forOperators, Set<String> forms) {
        this.headersIn = headersIn;
        this.hosts = hosts;
        this.forOperators = forOperators;
        this.forms = forms;
    }

    boolean letIn(String header) {
        return headersIn.contains(header);
    }

    /** @throws Problem 400, 403, 412, 415, 417, 421 */
    void check(HttpServerRequest request) {
        String host = request.getHeader("Host");
        if (host != null && !(hosts.include(host) && (!forOperators || Hosts.isNoForeignAddress(host, request.localAddress().hostAddress())))) {
            throw new Problem(forOperators ? 403 : 421, "Misdirected request", "This server does not answer to the host name of this request. "
                    + "Its operator can add it to phone82." + hosts.service() + ".hosts.");
        }
        CrossSiteCheck.check(request, forOperators);
        if (!forOperators) {
            checkTarget(request.uri());
        }
        checkHeaders(request);
    }

    private static void checkTarget(String target) {
        int end = target.indexOf('?');
        checkPath(target, end < 0 ? target.length() : end);
        if (end >= 0) {
            checkQuery(target, end + 1);
        }
    }

    /** Accepts a path in its normal form only; no path of phone82 needs an escape. */
    private static void checkPath(String target, int end) {
        boolean plain = end > 0 && target.charAt(0) == '/';
        for (int i = 1; plain && i < end; i++) {
            char c = target.charAt(i);
            if (target.charAt(i - 1) == '/') {
                int segment = target.indexOf('/', i);
                int length = (segment < 0 || segment > end ? end : segment) - i;
                plain = c != '/' && !(c == '.' && (length == 1 || length == 2 && target.charAt(i + 1) == '.'));
            }
            plain &= c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || "/-._~!$&'()*+,;=:@".indexOf(c) >= 0;
        }
        if (!plain) {
            throw malformed("The request target must be a path in its normal form: no empty or dot segments, no percent-escapes.");
        }
    }

    private static void checkQuery(String target, int start) {
        boolean escaped = false;
        for (int i = start; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                throw malformed("Write other than printable ASCII characters in the query as percent-escapes of UTF-8.");
            }
            escaped |= c == '%';
        }
        if (escaped) {
            checkEscapes(target, start);
        }
    }

    private static void checkEscapes(String target, int start) {
        byte[] bytes = new byte[target.length() - start];
        int length = 0;
        for (int i = start; i < target.length(); i++) {
            int b = target.charAt(i);
            if (b == '%') {
                int high = i + 2 < target.length() ? Character.digit(target.charAt(i + 1), 16) : -1;
                int low = i + 2 < target.length() ? Character.digit(target.charAt(i + 2), 16) : -1;
                b = high < 0 || low < 0 ? 0 : high << 4 | low;
                i += 2;
            }
            if (b < ' ' || b == 0x7f) {
                throw malformed("The query has a malformed percent-escape, or one of a control character.");
            }
            bytes[length++] = (byte) b;
        }
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
        } catch (CharacterCodingException e) {
            throw malformed("The percent-escapes in the query are not UTF-8.");
        }
    }

    private void checkHeaders(HttpServerRequest request) {
        Set<String> seen = new HashSet<>();
        String type = null;
        for (Map.Entry<String, String> header : request.headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            boolean comesIn = headersIn.contains(name);
            if (comesIn && !name.equals(LIST) && !seen.add(name)) {
                throw malformed("The header " + name + " is repeated; send it once.");
            }
            if (comesIn && !StringUtils.isAsciiPrintable(header.getValue().replace('\t', ' '))) {
                throw malformed("The header " + name + " may have printable ASCII characters only.");
            }
            if (name.equals("content-type")) {
                type = header.getValue();
            }
            if (name.equals("content-encoding") && !header.getValue().equalsIgnoreCase("identity") && hasBody(request)) {
                throw new Problem(415, "Unsupported content coding", "Send the body as it is, without Content-Encoding.")
                        .header("Accept-Encoding", "identity");
            }
            if (name.equals("if-match") && !header.getValue().equals("*")) {
                throw new Problem(412, "Precondition failed", "Nothing here has a strong entity tag. Send the request without If-Match.");
            }
            if (name.equals("expect") && !header.getValue().equalsIgnoreCase("100-continue")) {
                throw new Problem(417, "Expectation failed", "Send no Expect header, or Expect: 100-continue.");
            }
        }
        if (type != null) {
            setMediaType(request, type);
        }
    }

    /** Removes the parameters, so that they are never interpreted, and removes the header if there is no body: {@code curl -d ''} declares a form. */
    private void setMediaType(HttpServerRequest request, String header) {
        Matcher type = MEDIA_TYPE.matcher(header);
        if (type.matches()) {
            request.headers().set("Content-Type", type.group(2));
        } else if (FORM.matcher(header).matches() && forms.contains(request.path())) {
            request.headers().set("Content-Type", "application/x-www-form-urlencoded");
        } else if (hasBody(request)) {
            throw new Problem(415, "Unsupported media type", "Send the body as application/json.");
        } else {
            request.headers().remove("Content-Type");
        }
    }

    private static boolean hasBody(HttpServerRequest request) {
        return request.headers().contains("Transfer-Encoding") || !"0".equals(request.headers().get("Content-Length"))
                && request.headers().contains("Content-Length");
    }

    private static Problem malformed(String detail) {
        return new Problem(400, "Bad request", detail);
    }
}
