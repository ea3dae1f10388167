package phone82.gateway.login;

import com.fasterxml.jackson.annotation.JsonIgnore;

import java.util.Set;

/**
 * The answer to {@code GET /session}.
 *
 * @param login  whether one can log in
 * @param name   null without a session
 * @param guests whether one can order without a session
 */
public record ShownSession(boolean login, String subject, String name, Set<String> roles, boolean guests) {

    /** Key of the session in the request for a page that begins with it. */
    public static final String KEY = "shownSession";

    /** Whether nobody is logged in where a login is required. */
    @JsonIgnore
    public boolean isAnonymous() {
        return login && name == null;
    }
}
