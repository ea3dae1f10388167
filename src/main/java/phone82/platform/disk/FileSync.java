package phone82.platform.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static java.nio.file.StandardOpenOption.READ;

/** Syncs files and folders to the disk, so that they survive a power failure. */
public final class FileSync {

    private FileSync() {
    }

    /** Syncs all files and folders below a folder, and the folder itself. */
    public static void tree(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> below = Files.walk(folder)) {
            all = below.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path each : all) {
            one(each);
        }
    }

    /** Syncs a file, or the names in a folder. */
    public static void one(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, READ)) {
            channel.force(true);
        }
    }
}
