package phone82.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.persistence.NamedQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.StringUtils;
import phone82.architecture.RouteFile.Route;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Rules for the files of {@code routes/}, by which an operator finds and reads a flow quickly. */
class RouteFilesTest {

    private static final int LONGEST = 60;
    private static final String PUBLIC_API = "gateway/public-api";
    private static final String API = "api";
    private static final String SHARED_API = "shared/api";
    private static final String ERRORS = "shared/errors";
    /** The files of several short flows, each of which is read by itself: operations of one step, and what each event does. */
    private static final Set<String> COLLECTIONS = Set.of(API, "public-api", "receive-events");
    /** Handles all its failures, and has an alert of its own for them, {@code ProbeFails}. */
    private static final String PROBE = "gateway-probe-shop";
    private static final Pattern WATCHED = Pattern.compile("camel_exchanges_failed_total\\{routeId=~\"([^\"]+)\"}");
    private static final Pattern DIRECT = Pattern.compile("direct:([^?]+).*");
    private static final Pattern COMPARISON = Pattern.compile(
            " (==|=~|!=|!=~|>=?|<=?|~~|!~~|!?contains|!?regex|!?in|!?is|!?range|!?startsWith|!?endsWith) ");

    static List<RouteFile> files() {
        return RouteFile.all();
    }

    static Stream<RouteFile> apis() {
        return files().stream().filter(file -> file.name().equals(API));
    }

    static Stream<Route> routes() {
        return files().stream().flatMap(file -> file.routes().stream());
    }

    static Stream<Route> background() {
        return routes().filter(route -> Set.of("background", "event-consumer").contains(route.text("routeConfigurationId")) && !route.text("id").equals(PROBE));
    }

    static Stream<Route> polls() {
        return routes().filter(route -> route.from().startsWith("jpa:"));
    }

    static List<String> contexts() {
        return RouteFile.contexts();
    }

    /** Nobody sees the failure of a route that no request waits for. */
    @ParameterizedTest
    @MethodSource("background")
    void anAlertWatchesEachRouteWithoutARequest(Route route) throws IOException {
        String alerts = Files.readString(Path.of("openshift/components/monitoring/rules.yaml"));

        assertThat(WATCHED.matcher(alerts).results().map(match -> match.group(1))).anyMatch(route.text("id")::matches);
    }

    @ParameterizedTest
    @MethodSource("contexts")
    void noTwoRoutesOfAContextHaveTheSameId(String context) {
        assertThat(RouteFile.loadedBy(context)).flatExtracting(RouteFile::routeIds).isNotEmpty().doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("files")
    void idsBeginWithTheContext(RouteFile file) {
        if (file.folder().equals(RouteFile.SHARED)) {
            assertThat(file.routeIds()).noneMatch(id -> contexts().stream().anyMatch(context -> id.startsWith(context + "-")));
        } else {
            assertThat(file.routeIds()).isNotEmpty().allMatch(id -> id.startsWith(file.prefix()));
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void aFileIsNamedAfterItsFirstElement(RouteFile file) {
        switch (file.toString()) {
            case ERRORS -> assertThat(file.content()).allMatch(element -> element.has("routeConfiguration"));
            case PUBLIC_API -> assertThat(file.content()).allMatch(element -> element.has("rest"));
            case SHARED_API -> assertThat(file.content()).as("each context has its own contract").allMatch(element -> element.has("route"));
            default -> assertThat(file.firstId()).as("id of the first element of %s", file).isEqualTo(file.prefix() + file.name());
        }
    }

    @ParameterizedTest
    @MethodSource("apis")
    void anApiHasTheContractAndOperationsOfOneBeanCall(RouteFile api) {
        assertThat(api.declared("rest").map(rest -> rest.at("/openApi/routeId").asText())).as("routes that serve the contract in %s", api)
                .isEqualTo(api.toString().equals(SHARED_API) ? List.of() : List.of(api.prefix() + API));
        assertThat(api.routes()).isNotEmpty().allSatisfy(route -> {
            assertThat(route.text("routeConfigurationId")).as("error policy of %s", route).isEqualTo("api");
            assertThat(route.steps()).as("steps of %s", route).singleElement().matches(step -> step.has("bean"), "a bean call");
        });
    }

    /** Without one it is INFO, which is not logged. */
    @ParameterizedTest
    @MethodSource("files")
    void aLogStepNamesItsLevel(RouteFile file) {
        assertThat(file.content().findValues("log")).as("log steps of %s", file).allMatch(step -> step.has("loggingLevel"));
    }

    /** By default it continues in another thread, without the trace, while the worker of the request waits all the same. */
    @ParameterizedTest
    @MethodSource("files")
    void aDelayStaysInItsThread(RouteFile file) {
        assertThat(file.content().findValues("delay")).filteredOn(JsonNode::isObject).as("delays of %s", file)
                .allMatch(delay -> delay.has("asyncDelayed") && !delay.get("asyncDelayed").asBoolean());
    }

    @ParameterizedTest
    @MethodSource("files")
    void aFlowHasAtMostSixtyLines(RouteFile file) {
        if (COLLECTIONS.contains(file.name())) {
            assertThat(file.lengths()).as("lines of each element of %s", file).hasSize(file.content().size()).allMatch(lines -> lines <= LONGEST);
        } else {
            assertThat(file.lines()).as("lines of %s", file).hasSizeLessThanOrEqualTo(LONGEST);
        }
    }

    @ParameterizedTest
    @MethodSource("routes")
    void aRouteIsGroupedWithItsFolder(Route route) {
        assertThat(route.text("group")).as("group of %s", route).isEqualTo(route.file().folder());
    }

    @ParameterizedTest
    @MethodSource("routes")
    void aRouteIsDescribedInOneSentence(Route route) {
        assertThat(route.text("description")).as("description of %s", route).matches("[A-Z].+\\.").doesNotContain(". ");
    }

    @ParameterizedTest
    @MethodSource("routes")
    void aRouteNamesItsErrorPolicyAndHoldsNoneItself(Route route) {
        assertThat(route.text("routeConfigurationId")).as("error policy of %s", route).isIn(
                files().stream().filter(file -> file.toString().equals(ERRORS))
                        .flatMap(file -> file.declared("routeConfiguration")).map(policy -> policy.path("id").asText()).toList());
        assertThat(route.nodes().flatMap(node -> node.propertyStream().map(Map.Entry::getKey)))
                .doesNotContain("onException", "errorHandler");
    }

    @ParameterizedTest
    @MethodSource("contexts")
    void everyCalledRouteExists(String context) {
        assertThat(taken(context)).containsAll(called(context));
    }

    @ParameterizedTest
    @MethodSource("contexts")
    void everyRouteIsCalled(String context) {
        assertThat(called(context)).isNotEmpty().containsAll(taken(context));
    }

    @ParameterizedTest
    @MethodSource("contexts")
    void everyBeanMethodThatARouteCallsExists(String context) throws ClassNotFoundException {
        Map<String, Class<?>> beans = beans(configuration(context));
        assertThat(used(context).flatMap(RouteFile::nodes).filter(node -> node.has("ref"))).isNotEmpty().allSatisfy(node -> {
            assertThat(beans).containsKey(node.get("ref").asText());
            if (node.has("method")) {
                assertThat(beans.get(node.get("ref").asText()).getMethods()).extracting(Method::getName)
                        .contains(node.get("method").asText().replace("()", ""));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("polls")
    void aRoutePollsWithAQueryOfItsOwnContext(Route poll) throws ClassNotFoundException {
        Class<?> entity = Class.forName(poll.from().substring("jpa:".length()));
        assertThat(entity.getPackageName()).isEqualTo("phone82." + poll.file().folder());
        assertThat(entity.getAnnotationsByType(NamedQuery.class)).extracting(NamedQuery::name)
                .contains(poll.definition().at("/from/parameters/namedQuery").asText());
    }

    /** The properties of an exchange are Camel's. */
    @ParameterizedTest
    @MethodSource("files")
    void aRouteKeepsItsDataInVariables(RouteFile file) {
        assertThat(file.lines()).as("lines of %s", file).noneMatch(line -> line.contains("setProperty") || line.contains("exchangeProperty"));
    }

    /** Camel moves the steps after such a step into it; only steps before it keep their place. */
    @ParameterizedTest
    @MethodSource("routes")
    void nothingFollowsATransactionOrASaga(Route route) {
        Stream<JsonNode> followed = route.nodes().map(node -> node.path("steps"))
                .flatMap(steps -> steps.valueStream().limit(Math.max(0, steps.size() - 1)));
        assertThat(followed.flatMap(step -> step.propertyStream().map(Map.Entry::getKey))).as("steps of %s", route)
                .doesNotContain("transacted", "policy", "saga");
    }

    /** The coordinator's own settings explain what Narayana's time limits do. */
    @ParameterizedTest
    @MethodSource("routes")
    void aSagaLeavesTheTimeLimitToTheCoordinator(Route route) {
        assertThat(route.nodes().map(node -> node.path("saga")).filter(saga -> saga.has("timeout"))).isEmpty();
    }

    /** When the breaker times out a call, the call continues and overwrites the fallback's answer at its end. */
    @ParameterizedTest
    @MethodSource("routes")
    void aCircuitBreakerUsesTheClientsTimeoutAndItsOwnExchange(Route route) {
        List<JsonNode> breakers = route.nodes().filter(node -> node.has("circuitBreaker")).map(node -> node.get("circuitBreaker")).toList();
        assertThat(breakers).allSatisfy(breaker -> {
            assertThat(RouteFile.nodes(breaker).filter(node -> node.path("timeoutEnabled").asBoolean())).isEmpty();
            assertThat(RouteFile.nodes(breaker.path("steps")).filter(node -> node.has("to") || node.has("bean"))).singleElement()
                    .satisfies(call -> assertThat(call.at("/to/parameters").has("responseTimeout")
                            || call.at("/bean/ref").asText().equals("providerCall")).isTrue());
            assertThat(routes().flatMap(Route::nodes).filter(node -> node.at("/to/uri").asText().equals(route.from())))
                    .as("only enrich enters %s", route).isEmpty();
        });
    }

    @ParameterizedTest
    @MethodSource("routes")
    void anExpressionHasAtMostOneComparison(Route route) {
        assertThat(route.nodes().filter(node -> node.has("simple"))
                .map(node -> node.at("/simple/expression").asText(node.get("simple").asText())))
                .allSatisfy(simple -> assertThat(COMPARISON.matcher(simple).results()).hasSizeLessThanOrEqualTo(1));
    }

    @Test
    void everyFolderIsLoadedByItsContext() {
        assertThat(contexts()).allSatisfy(context ->
                assertThat(RouteFile.loadedBy(context)).extracting(RouteFile::folder).contains(context, RouteFile.SHARED));
    }

    /** Nothing calls such a route, so that nothing would show that it is missing. */
    @ParameterizedTest
    @MethodSource("contexts")
    void aSharedTimerThatAContextLeavesOutNeedsABeanThatItLacks(String context) throws ClassNotFoundException {
        Map<String, Class<?>> beans = beans(configuration(context));
        List<RouteFile> loaded = RouteFile.loadedBy(context);
        List<RouteFile> leftOut = files().stream().filter(file -> file.folder().equals(RouteFile.SHARED) && !loaded.contains(file))
                .filter(file -> file.routes().stream().anyMatch(route -> route.from().startsWith("timer:"))).toList();

        assertThat(leftOut).allSatisfy(file -> {
            Set<String> used = file.routes().stream().flatMap(route -> beansOf(route).stream()).collect(Collectors.toSet());
            assertThat(beans.keySet().containsAll(used)).as("%s is of no use in %s, which has %s", file, context, used).isFalse();
        });
    }

    private static Set<String> beansOf(Route route) {
        return route.nodes().filter(node -> node.has("ref") && node.has("method")).map(node -> node.get("ref").asText()).collect(Collectors.toSet());
    }

    private static Class<?> configuration(String context) throws ClassNotFoundException {
        return Class.forName("phone82." + context + "." + StringUtils.capitalize(context) + "Context");
    }

    private static Set<String> taken(String context) {
        return RouteFile.loadedBy(context).stream().flatMap(file -> file.routes().stream())
                .map(Route::from).flatMap(from -> direct(from, context)).collect(Collectors.toSet());
    }

    private static Set<String> called(String context) {
        List<RouteFile> loaded = RouteFile.loadedBy(context);
        Stream<JsonNode> callers = Stream.concat(
                loaded.stream().flatMap(file -> file.declared("rest")),
                loaded.stream().flatMap(file -> file.routes().stream()).map(Route::steps));
        return Stream.concat(
                callers.flatMap(RouteFile::nodes).filter(JsonNode::isTextual).map(JsonNode::asText).flatMap(uri -> direct(uri, context)),
                Operation.of(context).stream().filter(operation -> !operation.isStream()).map(Operation::id)).collect(Collectors.toSet());
    }

    private static Stream<String> direct(String uri, String context) {
        return DIRECT.matcher(uri.replace("{{phone82.context}}", context)).results().map(direct -> direct.group(1));
    }

    /** The routes that a context loads, and the error policies that they refer to. */
    private static Stream<JsonNode> used(String context) {
        List<RouteFile> loaded = RouteFile.loadedBy(context);
        List<JsonNode> routes = loaded.stream().flatMap(file -> file.routes().stream()).map(Route::definition).toList();
        Set<String> policies = routes.stream().map(route -> route.path("routeConfigurationId").asText()).collect(Collectors.toSet());
        return Stream.concat(routes.stream(), loaded.stream().flatMap(file -> file.declared("routeConfiguration"))
                .filter(policy -> policies.contains(policy.path("id").asText())));
    }

    private static Map<String, Class<?>> beans(Class<?> configuration) {
        Map<String, Class<?>> beans = new HashMap<>();
        for (Method method : configuration.getDeclaredMethods()) {
            Bean bean = AnnotatedElementUtils.getMergedAnnotation(method, Bean.class);
            if (bean != null) {
                for (String name : bean.name().length == 0 ? new String[]{method.getName()} : bean.name()) {
                    beans.put(name, method.getReturnType());
                }
            }
        }
        Import imported = configuration.getAnnotation(Import.class);
        if (imported != null) {
            for (Class<?> each : imported.value()) {
                beans.putAll(beans(each));
            }
        }
        return beans;
    }
}
