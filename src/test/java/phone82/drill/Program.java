package phone82.drill;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** An external program that a drill needs. */
final class Program {

    private Program() {
    }

    /** From the Debian package of the same name. */
    static String named(String name) {
        return of(name, name);
    }

    static String of(String debianPackage, String name) {
        Optional<Path> found = Stream.concat(Arrays.stream(System.getenv("PATH").split(File.pathSeparator)), Stream.of("/usr/sbin"))
                .map(folder -> Path.of(folder, name)).filter(Files::isExecutable).findFirst();
        assertThat(found).as("%s is needed: apt-get install --no-install-recommends %s", name, debianPackage).isPresent();
        return found.orElseThrow().toString();
    }
}
