package phone82.platform.identity;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;

import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;

/** The public keys of the contexts that a context trusts. */
@FunctionalInterface
public interface TrustedKeys {

    /**
     * @param issuer a context
     * @param keyId  id of one of its keys
     * @return its public keys with this id; empty if the context or the id is unknown
     */
    List<ECKey> find(String issuer, String keyId);

    /**
     * Returns the keys of a JWK set. The id of a key is the name of its context, optionally followed by a dot and any text, so that a
     * context can have two keys during a key rotation.
     *
     * @throws IllegalArgumentException if it is not a JWK set, or has a private key or a key of another type
     */
    static TrustedKeys of(String jwkSet) {
        List<ECKey> keys = parse(jwkSet);
        return (issuer, keyId) -> select(keys, issuer, keyId);
    }

    static List<ECKey> select(List<ECKey> keys, String issuer, String keyId) {
        return keys.stream().filter(key -> owner(key).equals(issuer) && key.getKeyID().equals(keyId)).toList();
    }

    static List<ECKey> parse(String jwkSet) {
        try {
            List<ECKey> keys = new ArrayList<>();
            for (JWK key : JWKSet.parse(jwkSet).getKeys()) {
                if (!(key instanceof ECKey ec) || !Curve.P_256.equals(ec.getCurve()) || ec.isPrivate() || ec.getKeyID() == null) {
                    throw new IllegalArgumentException("each key must be a public one on the curve P-256, with its context as kid");
                }
                keys.add(ec);
            }
            return keys;
        } catch (ParseException e) {
            throw new IllegalArgumentException("this is no JWK set: " + e.getMessage(), e);
        }
    }

    /** The context that a key belongs to. */
    static String owner(JWK key) {
        return key.getKeyID().split("\\.", 2)[0];
    }
}
