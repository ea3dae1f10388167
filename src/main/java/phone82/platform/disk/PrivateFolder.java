package phone82.platform.disk;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Creates folders that only their owner can read. */
public final class PrivateFolder {

    private static final FileAttribute<?>[] OWNER_ALONE = FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))} : new FileAttribute<?>[0];

    private PrivateFolder() {
    }

    /** Creates the folder and its missing parents. */
    public static Path create(Path folder) throws IOException {
        return Files.createDirectories(folder, OWNER_ALONE);
    }
}
