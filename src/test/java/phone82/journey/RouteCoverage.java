package phone82.journey;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

/** Records every route of every context that carried an exchange of a test, by build: a build without {@code clean} adds to the file. */
@AutoConfiguration
@ConditionalOnProperty("phone82.context")
public class RouteCoverage {

    private static final Path NOTES = Path.of("target", "exercised-routes.txt");
    private static final String BUILD = System.getProperty("phone82.test.build", "none");

    private static final Set<String> SEEN = ConcurrentHashMap.newKeySet();

    @Bean
    RoutePolicyFactory recordingEveryRoute() {
        return new RoutePolicyFactory() {
            @Override
            public RoutePolicy createRoutePolicy(CamelContext camel, String routeId, NamedNode route) {
                return new RoutePolicySupport() {
                    @Override
                    public void onExchangeBegin(Route route, Exchange exchange) {
                        record(route.getCamelContext().getName() + " " + route.getRouteId());
                    }
                };
            }
        };
    }

    private static void record(String line) {
        if (SEEN.add(line)) {
            try {
                Files.writeString(NOTES, BUILD + " " + line + "\n", CREATE, APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The ids of the routes that tests of this build have exercised. */
    public static Set<String> exercised() throws IOException {
        return Files.readAllLines(NOTES).stream().map(line -> line.split(" ")).filter(note -> note[0].equals(BUILD)).map(note -> note[2])
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
