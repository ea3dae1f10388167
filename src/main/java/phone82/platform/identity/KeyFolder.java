package phone82.platform.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import phone82.platform.disk.PrivateFolder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

/**
 * The keys of the contexts that share a folder, generated when first needed: each private key in its own file, the public ones in {@code
 * trusted.json}. Only the owner of the folder can read it.
 */
public final class KeyFolder implements TrustedKeys {

    private static final Logger LOG = LoggerFactory.getLogger(KeyFolder.class);

    private final Path folder;
    private final Path trusted;
    private List<ECKey> keys = List.of();
    private Version version;

    private record Version(FileTime modified, Object file) {
    }

    public KeyFolder(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
        trusted = this.folder.resolve("trusted.json");
    }

    /** Returns a context's private key, if the folder has one. */
    public Optional<ECKey> find(String context) {
        Path file = file(context);
        try {
            return Files.exists(file) ? Optional.of(ECKey.parse(Files.readString(file))) : Optional.empty();
        } catch (ParseException e) {
            throw new IllegalArgumentException(file + " is not a key (" + e.getMessage() + "); delete it, and a new one is generated", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a context's private key, generated now if it has none. */
    public ECKey require(String context) {
        Optional<ECKey> present = find(context);
        return present.isPresent() ? present.get() : make(context);
    }

    /** Generates a key under a lock, because several contexts and processes may need theirs at once. */
    private ECKey make(String context) {
        synchronized (KeyFolder.class) {
            try {
                PrivateFolder.create(folder);
                try (FileChannel channel = FileChannel.open(folder.resolve(".lock"), CREATE, WRITE); FileLock ignored = channel.lock()) {
                    Optional<ECKey> present = find(context);
                    if (present.isPresent()) {
                        return present.get();
                    }
                    ECKey key = new ECKeyGenerator(Curve.P_256).keyIDFromThumbprint(true).generate();
                    key = new ECKey.Builder(key).keyID(context + "." + key.getKeyID()).build();
                    List<ECKey> others = new ArrayList<>(read());
                    others.removeIf(other -> context.equals(TrustedKeys.owner(other)));
                    others.add(key.toPublicJWK());
                    write(trusted, new JWKSet(List.copyOf(others)).toString());
                    write(file(context), key.toJSONString());
                    return key;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (JOSEException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public List<ECKey> find(String issuer, String keyId) {
        List<ECKey> found = TrustedKeys.select(known(false), issuer, keyId);
        return found.isEmpty() ? TrustedKeys.select(known(true), issuer, keyId) : found;
    }

    /** @param changed whether to read keys that other processes may have added */
    private synchronized List<ECKey> known(boolean changed) {
        if (changed && Files.exists(trusted)) {
            try {
                BasicFileAttributes file = Files.readAttributes(trusted, BasicFileAttributes.class);
                Version now = new Version(file.lastModifiedTime(), file.fileKey());
                if (!now.equals(version)) {
                    keys = read();
                    version = now;
                }
            } catch (IOException e) {
                LOG.warn("The keys in {} cannot be read, so new ones are not trusted: {}. Check its permissions", trusted, e.toString());
            }
        }
        return keys;
    }

    private List<ECKey> read() throws IOException {
        return Files.exists(trusted) ? TrustedKeys.parse(Files.readString(trusted)) : List.of();
    }

    @Override
    public String toString() {
        return folder.toString();
    }

    private Path file(String context) {
        return folder.resolve(context + ".key.json");
    }

    /** Writes the file atomically, so that readers never see half of it. A temporary file of Java is readable by its owner only. */
    private void write(Path file, String json) throws IOException {
        Path draft = Files.createTempFile(folder, "new", ".json");
        Files.writeString(draft, json);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
