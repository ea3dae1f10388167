package phone82.provider;

import phone82.platform.api.Problem;

import java.security.MessageDigest;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A key that a caller must send as {@code Authorization: Bearer <key>}. */
final class BearerKey {

    private final byte[] authorization;
    private final String refusal;

    /** @param refusal detail of the answer to a caller without the key */
    BearerKey(String key, String refusal) {
        authorization = ("Bearer " + key).getBytes(UTF_8);
        this.refusal = refusal;
    }

    /**
     * @param sent the request's {@code Authorization}; null if there is none
     * @throws Problem 401 it is not this key
     */
    void require(String sent) {
        if (sent == null || !MessageDigest.isEqual(authorization, sent.getBytes(UTF_8))) {
            throw new Problem(401, "Not allowed", refusal).header("WWW-Authenticate", "Bearer");
        }
    }
}
