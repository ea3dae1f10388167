package phone82.architecture;

import org.apache.camel.Exchange;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.architecture.RouteFile.Route;
import phone82.platform.http.Problems;

import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Camel makes the routes from templates that {@link RouteFile#routes()} shows to the other tests. */
class RouteTemplatesTest {

    private static final String UNREACHABLE = "http://localhost:1/";
    private static final DefaultCamelContext CAMEL = new DefaultCamelContext();

    static List<Route> routes() {
        return RouteFile.all().stream().filter(file -> file.declared("routeTemplate").findAny().isPresent())
                .flatMap(file -> file.routes().stream()).toList();
    }

    static List<Route> proxies() {
        return routes().stream().filter(route -> route.text("routeConfigurationId").equals("proxy")).toList();
    }

    /** Answers with the called context and its URL. */
    public static class UpstreamFailures {

        public void unavailable(Exchange exchange) {
            exchange.getMessage().setBody(exchange.getVariable("upstream") + " " + exchange.getProperty(Exchange.TO_ENDPOINT));
        }
    }

    /** Never called. */
    public static class StuckOrders {

        public void request() {
        }

        public void answered() {
        }

        public void failed() {
        }
    }

    @BeforeAll
    static void load() throws Exception {
        Properties settings = new Properties();
        proxies().stream().map(RouteTemplatesTest::context)
                .forEach(context -> settings.setProperty("phone82.gateway." + context + "-url", UNREACHABLE + context));
        Stream.of("pay", "store").forEach(context -> settings.setProperty("phone82.app." + context + "-url", UNREACHABLE + context));
        Stream.of("lease", "connect", "response").forEach(limit -> settings.setProperty("phone82.gateway." + limit + "-timeout", "1000"));
        CAMEL.getPropertiesComponent().setInitialProperties(settings);
        CAMEL.getRegistry().bind("upstreamFailures", new UpstreamFailures());
        CAMEL.getRegistry().bind("stuckOrders", new StuckOrders());
        CAMEL.getRegistry().bind("problems", new Problems());
        CAMEL.setStartupSummaryLevel(StartupSummaryLevel.Off);
        PluginHelper.getRoutesLoader(CAMEL).loadRoutes(
                ResourceHelper.resolveResource(CAMEL, "file:routes/shared/errors.camel.yaml"),
                ResourceHelper.resolveResource(CAMEL, "file:routes/app/ask-for-replay.camel.yaml"),
                ResourceHelper.resolveResource(CAMEL, "file:routes/gateway/to-context.camel.yaml"));
        CAMEL.start();
    }

    @AfterAll
    static void stop() {
        CAMEL.stop();
    }

    @ParameterizedTest
    @MethodSource("routes")
    void aRouteHasThePropertiesOfItsTemplate(Route expected) {
        org.apache.camel.Route route = CAMEL.getRoute(expected.text("id"));
        assertThat(route.getGroup()).isEqualTo(expected.text("group"));
        assertThat(route.getDescription()).as("description, in which Camel replaces no parameter").isEqualTo(expected.text("description"));
        assertThat(route.getConfigurationId()).isEqualTo(expected.text("routeConfigurationId"));
    }

    @ParameterizedTest
    @MethodSource("proxies")
    void aRouteCallsItsContextAndHandlesItsFailure(Route route) {
        String answer = CAMEL.createProducerTemplate().requestBody(route.from(), null, String.class);
        assertThat(answer).startsWith(context(route) + " " + UNREACHABLE + context(route) + "?");
    }

    private static String context(Route route) {
        return route.text("id").replace("gateway-to-", "");
    }
}
