package phone82.platform.tls;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import org.apache.commons.lang3.function.Failable;
import org.springframework.boot.ssl.pem.PemContent;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * TLS of the servers and clients of this JVM. All clients trust the same authorities, by Java's default; those that do not use it get their
 * options here.
 */
public final class Tls {

    /** The setting that names a file of authorities. */
    public static final String AUTHORITIES = "phone82.tls.authorities";

    private static volatile Authorities authorities;

    private Tls() {
    }

    /**
     * Makes all clients of this JVM trust the authorities in a file, besides those that Java trusts.
     *
     * @param file empty: nothing changes
     * @throws IllegalArgumentException if the file cannot be used
     */
    public static void trust(String file) {
        if (!file.isEmpty()) {
            authorities = Failable.get(() -> Authorities.of(AUTHORITIES, file));
            SSLContext.setDefault(context(null, authorities));
        }
    }

    /**
     * Makes servers that use Java's default have a certificate.
     *
     * @throws IllegalArgumentException if the files cannot be used
     */
    public static void serve(String certificate, String key) {
        SSLContext.setDefault(context(identity(certificate, key), (TrustManager[]) null));
    }

    /**
     * The certificate of a server of Vert.x.
     *
     * @return empty without a certificate
     * @throws IllegalArgumentException if the files cannot be used
     */
    public static Optional<KeyCertOptions> certificate(String certificate, String key) {
        return certificate.isEmpty() ? Optional.empty() : Optional.of(KeyCertOptions.wrap(identity(certificate, key)));
    }

    /** The time until a certificate expires, in seconds; NaN without one, or if the file cannot be read. */
    public static double secondsLeft(String certificate) {
        if (certificate.isEmpty()) {
            return Double.NaN;
        }
        try {
            return Duration.between(Instant.now(), PemContent.load(Path.of(certificate)).getCertificates().get(0).getNotAfter().toInstant()).toSeconds();
        } catch (IOException | IllegalStateException e) {
            return Double.NaN;
        }
    }

    private static ServerIdentity identity(String certificate, String key) {
        return new ServerIdentity("phone82.tls.certificate with phone82.tls.key", certificate, key);
    }

    /** Makes a client of Vert.x trust what Java's default trusts. */
    public static HttpClientOptions trusting(HttpClientOptions options) {
        return authorities == null ? options : options.setTrustOptions(TrustOptions.wrap(authorities));
    }

    /**
     * For connections to processes of phone82 by their addresses, which are in no certificate. It does not matter which process it is, only that
     * it is one of them.
     */
    public static SSLContext toAnyProcess() {
        return authorities == null ? defaultContext() : context(null, authorities.ofAnyName());
    }

    /** For connections of a process to itself. */
    public static SSLContext toItself() {
        return context(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers());
    }

    /** What all clients trust that have no other context. */
    public static SSLContext defaultContext() {
        return Failable.get(SSLContext::getDefault);
    }

    private static SSLContext context(KeyManager identity, TrustManager... trusted) {
        SSLContext context = Failable.get(() -> SSLContext.getInstance("TLS"));
        Failable.run(() -> context.init(identity == null ? null : new KeyManager[]{identity}, trusted, null));
        return context;
    }
}
