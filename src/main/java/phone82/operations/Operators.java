package phone82.operations;

import io.vertx.ext.web.RoutingContext;
import org.apache.commons.lang3.RandomStringUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.api.Printable;
import phone82.platform.api.Problem;
import phone82.platform.audit.Actor;
import phone82.platform.http.HttpServer;
import phone82.platform.http.RequestAudit;

import java.security.MessageDigest;
import java.util.Base64;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Authenticates operators: HTTP Basic, one user. For the other processes of this machine it also accepts a password that is in its file only. */
class Operators {

    private static final Logger LOG = LoggerFactory.getLogger(Operators.class);

    private static final String SCHEME = "Basic ";
    private static final String CHALLENGE = "Basic realm=\"phone82\", charset=\"UTF-8\"";

    private final String user;
    private final String password;
    private final boolean generated;
    private final String forPeers = randomPassword();
    private final LoginThrottle throttle = new LoginThrottle();

    /** @param password null or empty: a random one is generated for this start */
    Operators(String user, String password) {
        this.user = user;
        generated = password == null || password.isEmpty();
        this.password = generated ? randomPassword() : password;
    }

    private static String randomPassword() {
        return RandomStringUtils.secure().nextAlphanumeric(20);
    }

    String user() {
        return user;
    }

    String password() {
        return password;
    }

    /** The password for the processes that read it from this one's file. */
    String passwordForPeers() {
        return forPeers;
    }

    /** Whether the password was generated at this start. */
    boolean isPasswordGenerated() {
        return generated;
    }

    /**
     * Whether an operator sent the request; one without credentials is anonymous.
     *
     * @throws Problem 401 for wrong credentials; 429 after several wrong ones, until then also for the right ones unless they are random
     */
    boolean isOperator(RoutingContext request) {
        String authorization = request.request().getHeader("Authorization");
        if (authorization == null) {
            return false;
        }
        String credentials = credentials(authorization);
        // nobody guesses random passwords, so an attacker at the same address must not keep their users out
        boolean isRandom = is(credentials, forPeers) | generated & is(credentials, password);
        if (!isRandom && !throttle.attempt(HttpServer.client(request), () -> is(credentials, password))) {
            RequestAudit.action(request, "login");
            LOG.warn("Login of {} from {} failed", Printable.line(credentials.split(":", 2)[0]), request.request().remoteAddress().hostAddress());
            throw unauthorized("User or password is wrong.");
        }
        RequestAudit.actor(request, Actor.operator());
        return true;
    }

    private boolean is(String credentials, String password) {
        return MessageDigest.isEqual(credentials.getBytes(UTF_8), (user + ":" + password).getBytes(UTF_8));
    }

    /** @throws Problem 401 unless an operator sent the request */
    void require(RoutingContext request) {
        if (!isOperator(request)) {
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
