package phone82.architecture;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.journey.RouteCoverage;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs after all other tests. */
@Tag("route-coverage")
class RouteCoverageTest {

    @Test
    void everyRouteHasCarriedAnExchange() throws IOException {
        Set<String> exercised = Files.readAllLines(RouteCoverage.NOTES).stream()
                .map(line -> line.substring(line.indexOf(' ') + 1)).collect(Collectors.toCollection(TreeSet::new));

        assertThat(RouteFile.all().stream().flatMap(file -> file.routeIds().stream()))
                .isNotEmpty().isSubsetOf(exercised);
    }
}
