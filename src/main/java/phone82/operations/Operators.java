package phone82.operations;

import com.sun.net.httpserver.HttpExchange;
import phone82.platform.Problem;

import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Who is an operator: HTTP Basic, one user. */
class Operators {

    private static final String SCHEME = "Basic ";
    private static final String CHALLENGE = "Basic realm=\"phone82\", charset=\"UTF-8\"";

    private final String user;
    private final String password;
    private final boolean generated;
    private final LoginThrottle throttle = new LoginThrottle();

    /** @param password null or empty: one that is made up for this start */
    Operators(String user, String password) {
        this.user = user;
        generated = password == null || password.isEmpty();
        this.password = generated ? randomPassword() : password;
    }

    private static String randomPassword() {
        byte[] random = new byte[15];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().encodeToString(random);
    }

    String user() {
        return user;
    }

    String password() {
        return password;
    }

    /** Whether nobody can know the password who has not seen it at this start. */
    boolean isPasswordGenerated() {
        return generated;
    }

    /** The header that an operator sends. */
    static String authorization(String user, String password) {
        return SCHEME + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
    }

    /**
     * Whether an operator sent the request; one without credentials is anonymous.
     *
     * @throws Problem 401 for wrong credentials; 429 for more of them after several wrong ones
     */
    boolean sent(HttpExchange request) {
        String authorization = request.getRequestHeaders().getFirst("Authorization");
        if (authorization == null) {
            return false;
        }
        InetAddress address = request.getRemoteAddress().getAddress();
        String credentials = credentials(authorization);
        if (!throttle.attempt(address, () -> MessageDigest.isEqual(credentials.getBytes(UTF_8), (user + ":" + password).getBytes(UTF_8)))) {
            Audit.LOG.warn("Login of {} from {} failed", Audit.printable(credentials.split(":", 2)[0]), address.getHostAddress());
            throw unauthorized("User or password is wrong.");
        }
        return true;
    }

    /** @throws Problem 401 unless an operator sent the request */
    void require(HttpExchange request) {
        if (!sent(request)) {
            throw unauthorized("This is for operators. Log in with user and password.");
        }
    }

    private static String credentials(String authorization) {
        try {
            return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                    ? new String(Base64.getDecoder().decode(authorization.substring(SCHEME.length()).trim()), UTF_8) : "";
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static Problem unauthorized(String detail) {
        return new Problem(401, "Unauthorized", detail).header("WWW-Authenticate", CHALLENGE);
    }
}
