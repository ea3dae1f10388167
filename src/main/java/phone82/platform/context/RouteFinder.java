package phone82.platform.context;

import org.apache.camel.spi.CamelContextCustomizer;
import org.apache.camel.spi.PackageScanResourceResolver;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.ResourceLoader;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.scan.DefaultPackageScanResourceResolver;
import org.apache.commons.lang3.function.Failable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

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
            ResourceLoader loader = PluginHelper.getResourceLoader(getCamelContext());
            PathMatchingResourcePatternResolver files = new PathMatchingResourcePatternResolver(getCamelContext().getApplicationContextClassLoader());
            for (org.springframework.core.io.Resource file : Failable.get(() -> files.getResources("classpath*:" + folder + pattern))) {
                found.add(loader.resolveResource("classpath:" + folder + file.getFilename()));
            }
        }
    }
}
