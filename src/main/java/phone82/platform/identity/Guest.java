package phone82.platform.identity;

import org.apache.commons.codec.digest.DigestUtils;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * A customer without a login, who proves with a secret to be the one who placed an order. Data, events and logs have the subject that is
 * derived from the secret; the secret cannot be derived from the subject.
 */
public final class Guest {

    /** 256 bits in base64url. */
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final String PREFIX = "guest:";

    private Guest() {
    }

    /** Whether a text has the form of a secret. */
    public static boolean isSecret(String text) {
        return SECRET.matcher(text).matches();
    }

    /** Whether an owner is a guest. */
    public static boolean isSubject(String owner) {
        return owner != null && owner.startsWith(PREFIX);
    }

    /** Returns the subject of the guest with this secret, which owns the guest's order. */
    public static String subject(String secret) {
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(DigestUtils.sha256(secret.getBytes(StandardCharsets.US_ASCII)));
    }
}
