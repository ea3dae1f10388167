package phone82.gateway.login;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import org.apache.commons.lang3.function.Failable;
import phone82.platform.api.Json;

import java.security.SecureRandom;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Encrypts and authenticates the contents of cookies, so that only the gateway can read, change or create them. */
class CookieSeal {

    private static final EncryptionMethod ENCRYPTION = EncryptionMethod.A256GCM;
    private static final int KEY_BYTES = 32;

    private final List<byte[]> keys = new ArrayList<>();

    /**
     * @param keys 256 bits each in base64url; the first one seals, all of them open. If empty, a random key is generated
     * @throws IllegalArgumentException a key is not of this form
     */
    CookieSeal(List<String> keys) {
        for (String key : keys) {
            byte[] bytes = Base64.getUrlDecoder().decode(key.strip());
            if (bytes.length != KEY_BYTES) {
                throw new IllegalArgumentException("it has " + bytes.length + " bytes, not " + KEY_BYTES);
            }
            this.keys.add(bytes);
        }
        if (keys.isEmpty()) {
            byte[] bytes = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(bytes);
            this.keys.add(bytes);
        }
    }

    /** @param purpose a content sealed for one purpose cannot be opened for another */
    String seal(String purpose, Object content) {
        JWEObject sealed = new JWEObject(new JWEHeader.Builder(JWEAlgorithm.DIR, ENCRYPTION).contentType(purpose).build(),
                new Payload(Json.bytes(content)));
        Failable.run(() -> sealed.encrypt(new DirectEncrypter(keys.get(0))));
        return sealed.serialize();
    }

    /** @return the content; empty unless it was sealed with one of the keys, for this purpose */
    <T> Optional<T> open(String purpose, String sealed, Class<T> type) {
        for (byte[] key : keys) {
            try {
                JWEObject object = JWEObject.parse(sealed);
                JWEHeader header = object.getHeader();
                // other encryptions need libraries that are not there
                if (!JWEAlgorithm.DIR.equals(header.getAlgorithm()) || !ENCRYPTION.equals(header.getEncryptionMethod()) || !purpose.equals(header.getContentType())) {
                    return Optional.empty();
                }
                object.decrypt(new DirectDecrypter(key));
                return Optional.of(Json.read(object.getPayload().toString(), type));
            } catch (ParseException | IllegalArgumentException e) {
                return Optional.empty();
            } catch (JOSEException e) {
                // sealed with another key, or forged
            }
        }
        return Optional.empty();
    }
}
