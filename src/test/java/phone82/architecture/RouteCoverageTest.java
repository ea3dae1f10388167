package phone82.architecture;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import phone82.journey.RouteCoverage;

import java.io.IOException;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs after all other tests. */
@Tag("route-coverage")
class RouteCoverageTest {

    @Test
    void everyRouteHasCarriedAnExchange() throws IOException {
        assertThat(RouteFile.all().stream().flatMap(file -> file.routeIds().stream()))
                .isNotEmpty().isSubsetOf(RouteCoverage.exercised());
    }
}
