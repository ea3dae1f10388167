package phone82.platform.tls;

import org.springframework.boot.autoconfigure.ssl.PemSslBundleProperties;
import org.springframework.boot.autoconfigure.ssl.PropertiesSslBundle;
import org.springframework.boot.ssl.pem.PemContent;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/** The certificate of a server and its key. A handshake uses one version of both, even if they are renewed meanwhile. */
final class ServerIdentity extends X509ExtendedKeyManager {

    private record Version(String alias, PrivateKey key, X509Certificate[] chain) {
    }

    private final PemFiles<Version> files;
    private volatile Version latest;
    private volatile Version former;

    ServerIdentity(String settings, String certificate, String key) {
        files = new PemFiles<>(settings, List.of(certificate, key), ServerIdentity::version);
        latest = files.get();
        former = latest;
    }

    private static Version version(List<String> texts) {
        PemSslBundleProperties pair = new PemSslBundleProperties();
        pair.getKeystore().setCertificate(texts.get(0));
        pair.getKeystore().setPrivateKey(texts.get(1));
        // fails, for example, if one of the files was read before a renewal and the other one after it
        pair.getKeystore().setVerifyKeys(true);
        PropertiesSslBundle.get(pair);
        return new Version(UUID.randomUUID().toString(), PemContent.of(texts.get(1)).getPrivateKey(),
                PemContent.of(texts.get(0)).getCertificates().toArray(X509Certificate[]::new));
    }

    private synchronized Version renewed() {
        Version now = files.get();
        if (now != latest) {
            former = latest;
            latest = now;
        }
        return now;
    }

    private Version of(String alias) {
        Version now = latest;
        return now.alias.equals(alias) ? now : former;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        Version now = renewed();
        return now.key.getAlgorithm().equals(keyType) ? now.alias : null;
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        String alias = chooseEngineServerAlias(keyType, issuers, null);
        return alias == null ? null : new String[]{alias};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return of(alias).chain.clone();
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return of(alias).key;
    }

    /** A server's certificate is not presented to other servers. */
    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
        return null;
    }
}
