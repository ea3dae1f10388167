package phone82.operations;

import com.sun.net.httpserver.HttpExchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.net.URI;
import java.security.MessageDigest;
import java.util.Base64;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Who may look behind the scenes: HTTP Basic, one user. */
class Operators {

    private static final String DEMO_PASSWORD = "demo-operator";
    private static final Logger LOG = LoggerFactory.getLogger(Operators.class);

    private final String user;
    private final byte[] expected;

    /** @param password null or empty: the demo password on a loopback address; nobody is let in on any other */
    Operators(String user, String password, InetAddress address) {
        this.user = user;
        boolean given = password != null && !password.isEmpty();
        if (given || address.isLoopbackAddress()) {
            String credentials = user + ":" + (given ? password : DEMO_PASSWORD);
            expected = ("Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8))).getBytes(UTF_8);
        } else {
            LOG.warn("No operator is let in on {}: the demo password is for this machine alone. Set phone82.operations.password.",
                    address.getHostAddress());
            expected = null;
        }
    }

    /** What this process says when it asks another as an operator. */
    String credentials() {
        return new String(expected, UTF_8);
    }

    String user() {
        return user;
    }

    /** Also asks whether the request comes from a page of another site, to which a browser adds the password, too. */
    boolean admits(HttpExchange request) {
        String sent = request.getRequestHeaders().getFirst("Authorization");
        return expected != null && sent != null && MessageDigest.isEqual(sent.getBytes(UTF_8), expected)
                && isOfThisSite(request.getRequestHeaders().getFirst("Origin"), request.getRequestHeaders().getFirst("Host"));
    }

    private static boolean isOfThisSite(String origin, String host) {
        try {
            return origin == null || host != null && host.equals(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
