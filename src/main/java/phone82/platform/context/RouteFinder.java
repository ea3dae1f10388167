package phone82.platform.context;

import org.apache.camel.spi.CamelContextCustomizer;
import org.apache.camel.spi.PackageScanResourceResolver;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.ResourceLoader;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.scan.DefaultPackageScanResourceResolver;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.function.Predicate;

/** Finds route files in a jar by its directory. Camel's own search decompresses the whole jar, once for each pattern of each context. */
@Configuration(proxyBeanMethods = false)
public class RouteFinder {

    @Bean
    CamelContextCustomizer findRoutesInTheDirectoryOfTheJar() {
        return camel -> camel.getCamelContextExtension().addContextPlugin(PackageScanResourceResolver.class, new ByDirectory());
    }

    /** For patterns that have no folder below the first wildcard. */
    static final class ByDirectory extends DefaultPackageScanResourceResolver {

        @Override
        protected void findInClasspath(String folder, Set<Resource> found, String pattern, Predicate<String> filter) {
            ClassLoader classes = getCamelContext().getApplicationContextClassLoader();
            ResourceLoader loader = PluginHelper.getResourceLoader(getCamelContext());
            try {
                for (org.springframework.core.io.Resource file : new PathMatchingResourcePatternResolver(classes).getResources("classpath*:" + folder + pattern)) {
                    found.add(loader.resolveResource("classpath:" + folder + file.getFilename()));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
