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
    private boolean unreadable;

    /** A file cannot be read, whatever its content. */
    private static final class Unreadable extends Exception {
        private Unreadable(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

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
            if (unreadable) {
                unreadable = false;
                LOG.info("{} can be read again", settings);
            }
            if (!now.equals(texts)) {
                // before the attempt, so that a fault is logged once
                texts = now;
                made = maker.apply(now);
                LOG.info("{} {} renewed", settings, files.size() > 1 ? "are" : "is");
            }
        } catch (Unreadable e) {
            if (!unreadable) {
                unreadable = true;
                warn(e);
            }
        } catch (Exception e) {
            warn(e);
        }
        return made;
    }

    private void warn(Exception cause) {
        LOG.warn("{}; the former content stays in use", fault(cause));
    }

    private List<String> read() throws Unreadable {
        List<String> read = new ArrayList<>();
        for (Path file : files) {
            try {
                read.add(Files.readString(file));
            } catch (IOException e) {
                throw new Unreadable(e);
            }
        }
        return read;
    }

    private String fault(Exception cause) {
        return settings + " cannot be used (" + cause.getMessage() + "); name files in PEM that can be read and belong together";
    }
}
