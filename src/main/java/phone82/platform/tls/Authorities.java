package phone82.platform.tls;

import org.apache.commons.lang3.function.FailableConsumer;
import org.springframework.boot.autoconfigure.ssl.PemSslBundleProperties;
import org.springframework.boot.autoconfigure.ssl.PropertiesSslBundle;
import org.springframework.boot.ssl.pem.PemContent;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts servers with a certificate of the authorities in a file, or of those that Java trusts. */
class Authorities extends X509ExtendedTrustManager {

    private final PemFiles<X509ExtendedTrustManager> file;
    private final X509ExtendedTrustManager others;

    private Authorities(PemFiles<X509ExtendedTrustManager> file, X509ExtendedTrustManager others) {
        this.file = file;
        this.others = others;
    }

    static Authorities of(String setting, String file) throws GeneralSecurityException {
        TrustManagerFactory java = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        java.init((KeyStore) null);
        return new Authorities(new PemFiles<>(setting, List.of(file), Authorities::read), only(java.getTrustManagers()));
    }

    private static X509ExtendedTrustManager read(List<String> texts) {
        // fails without a certificate; the bundle would trust what Java trusts
        PemContent.of(texts.get(0)).getCertificates();
        PemSslBundleProperties authorities = new PemSslBundleProperties();
        authorities.getTruststore().setCertificate(texts.get(0));
        return only(PropertiesSslBundle.get(authorities).getManagers().getTrustManagers());
    }

    private static X509ExtendedTrustManager only(TrustManager... managers) {
        return Stream.of(managers).filter(X509ExtendedTrustManager.class::isInstance).map(X509ExtendedTrustManager.class::cast).findFirst().orElseThrow();
    }

    /** Trusts servers with a certificate of the authorities in the file alone, whatever name is in it. */
    Authorities ofAnyName() {
        return new Authorities(file, null) {
            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
                checkServerTrusted(chain, type);
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
                checkServerTrusted(chain, type);
            }
        };
    }

    private void check(FailableConsumer<X509ExtendedTrustManager, CertificateException> check) throws CertificateException {
        try {
            check.accept(file.get());
        } catch (CertificateException untrusted) {
            if (others == null) {
                throw untrusted;
            }
            try {
                check.accept(others);
            } catch (CertificateException e) {
                // the first says more of a server of ours
                untrusted.addSuppressed(e);
                throw untrusted;
            }
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(authorities -> authorities.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(authorities -> authorities.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(authorities -> authorities.checkServerTrusted(chain, type));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        checkClientTrusted(chain, type);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("no server requests a certificate of its clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return file.get().getAcceptedIssuers();
    }
}
