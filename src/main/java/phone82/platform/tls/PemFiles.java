package phone82.platform.tls;

import org.apache.commons.lang3.function.FailableFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is made of PEM files. They are small, and are read again at each use, which is a TLS handshake; so a renewal takes effect at the next
 * connection. What was made before stays in use while the files cannot be used.
 */
final class PemFiles<T> {

    private static final Logger LOG = LoggerFactory.getLogger(PemFiles.class);

    private final String settings;
    private final List<Path> files;
    private final FailableFunction<List<String>, T, Exception> maker;
    private List<String> texts;
    private T made;

    /**
     * @param settings the settings that name the files
     * @param maker    makes something of the texts of the files
     * @throws IllegalArgumentException if the files cannot be used
     */
    PemFiles(String settings, List<String> files, FailableFunction<List<String>, T, Exception> maker) {
        this.settings = settings;
        this.files = files.stream().map(Path::of).toList();
        this.maker = maker;
        try {
            texts = read();
            made = maker.apply(texts);
        } catch (Exception e) {
            throw new IllegalArgumentException(fault(e), e);
        }
    }

    synchronized T get() {
        try {
            List<String> now = read();
            if (!now.equals(texts)) {
                // before the attempt, so that a fault is logged once
                texts = now;
                made = maker.apply(now);
                LOG.info("{} {} renewed", settings, files.size() > 1 ? "are" : "is");
            }
        } catch (Exception e) {
            LOG.warn("{}; the former content stays in use", fault(e));
        }
        return made;
    }

    private List<String> read() throws IOException {
        List<String> read = new ArrayList<>();
        for (Path file : files) {
            read.add(Files.readString(file));
        }
        return read;
    }

    private String fault(Exception cause) {
        return settings + " cannot be used (" + cause.getMessage() + "); name files in PEM that can be read and belong together";
    }
}
