package phone82.platform.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The mark of a data folder that was restored from a backup, until an operator removes it. What the context did after the backup, it does not know, so it
 * must not do again what cannot be undone. And it keeps its events, however old the backup is, because some were on their way.
 */
public final class RestoredData {

    private static final String MARK = "restored";

    private RestoredData() {
    }

    public static void mark(Path folder) throws IOException {
        Files.write(folder.resolve(MARK), new byte[0]);
    }

    public static boolean isMarked(Path folder) {
        return Files.exists(folder.resolve(MARK));
    }

    /** Returns whether there was a mark. */
    public static boolean unmark(Path folder) throws IOException {
        return Files.deleteIfExists(folder.resolve(MARK));
    }
}
