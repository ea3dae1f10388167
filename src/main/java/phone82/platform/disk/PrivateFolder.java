package phone82.platform.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

/** Folders and files that only their owner can read, and the locks of files. */
public final class PrivateFolder {

    private static final FileAttribute<?>[] OWNER_ALONE = FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))} : new FileAttribute<?>[0];

    private PrivateFolder() {
    }

    /** Creates the folder and its missing parents. */
    public static Path create(Path folder) throws IOException {
        return Files.createDirectories(folder, OWNER_ALONE);
    }

    /** Lets only the owner read and write the file. */
    public static void ownerAlone(Path file) throws IOException {
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }

    /** Creates the file if it is missing, and returns the channel that holds its lock until it is closed; null if the lock is taken. */
    public static FileChannel tryLock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, CREATE, WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // another phone82 in this JVM
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return null;
    }
}
