package phone82.journey;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Certificates for servers and their clients on this machine, each in a folder with the files of cert-manager's secrets. */
public record Certificates(Path folder) {

    /** A new authority, and new certificates of it for the broker, in the folder {@code artemis}, and for these users. */
    public void issue(List<String> users) throws IOException, InterruptedException {
        authority("authority");
        sign("artemis", "artemis", "serverAuth", "authority");
        for (String user : users) {
            sign(user, user, "clientAuth", "authority");
        }
    }

    /** A new authority. */
    public void authority(String name) throws IOException, InterruptedException {
        openssl("-subj", "/CN=" + name, "-keyout", name + ".key", "-out", name + ".crt");
    }

    /** A new certificate for this machine. */
    public void sign(String name, String subject, String usage, String authority) throws IOException, InterruptedException {
        sign(name, subject, usage, authority, "localhost");
    }

    /** A new certificate for a host. */
    public void sign(String name, String subject, String usage, String authority, String host) throws IOException, InterruptedException {
        Path secret = Files.createDirectories(folder.resolve(name));
        openssl("-CA", authority + ".crt", "-CAkey", authority + ".key", "-subj", "/CN=" + subject, "-addext", "subjectAltName=DNS:" + host,
                "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=" + usage, "-keyout", name + "/tls.key", "-out", name + "/tls.crt");
        Files.writeString(secret.resolve("ca.crt"), Files.readString(folder.resolve(authority + ".crt")));
        Files.writeString(secret.resolve("tls-combined.pem"), Files.readString(secret.resolve("tls.key")) + Files.readString(secret.resolve("tls.crt")));
    }

    private void openssl(String... arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Stream.concat(Stream.of("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "2"), Stream.of(arguments)).toList()).directory(folder.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
