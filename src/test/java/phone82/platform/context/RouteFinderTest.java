package phone82.platform.context;

import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.PackageScanResourceResolver;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

class RouteFinderTest {

    private static final String OTHER = "hawtio/large.js";

    @TempDir
    Path folder;

    @Test
    void findsTheFilesOfAFolderInAJarWithoutReadingTheOthers() throws Exception {
        Path jar = jar("routes/", "routes/app/", OTHER, "routes/app/one.camel.yaml", "routes/app/two.camel.yaml", "routes/app/app.openapi.yaml",
                "routes/store/three.camel.yaml");
        damage(jar);
        try (URLClassLoader classes = new URLClassLoader(new URL[]{jar.toUri().toURL()}, null); DefaultCamelContext camel = new DefaultCamelContext()) {
            camel.setApplicationContextClassLoader(classes);
            new RouteFinder().findRoutesInTheDirectoryOfTheJar().configure(camel);
            PackageScanResourceResolver finder = PluginHelper.getPackageScanResourceResolver(camel);

            List<String> found = new ArrayList<>();
            for (Resource file : finder.findResources("classpath:routes/app/*.camel.yaml")) {
                found.add(new String(file.getInputStream().readAllBytes(), UTF_8));
            }

            assertThat(found).containsExactlyInAnyOrder("content of routes/app/one.camel.yaml", "content of routes/app/two.camel.yaml");
            assertThat(finder.findResources("classpath:routes/nothing/*.camel.yaml")).isEmpty();
        }
    }

    private Path jar(String... names) throws IOException {
        Path jar = folder.resolve("phone82.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String name : names) {
                out.putNextEntry(new JarEntry(name));
                if (!name.endsWith("/")) {
                    out.write(("content of " + name).getBytes(UTF_8));
                }
                out.closeEntry();
            }
        }
        return jar;
    }

    /** Whatever reads the content of the other file fails. */
    private static void damage(Path jar) throws IOException {
        byte[] bytes = Files.readAllBytes(jar);
        int content = new String(bytes, ISO_8859_1).indexOf(OTHER) + OTHER.length();
        for (int i = content; i < content + 10; i++) {
            bytes[i] = (byte) 0xff;
        }
        Files.write(jar, bytes);
    }
}
