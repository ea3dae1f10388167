package phone82.architecture;

import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.architecture.RouteFile.Route;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The broker has a place for every event, a queue for every context that follows events, and no more rights than needed. */
class BrokerFilesTest {

    private static final Pattern NAMED_EVENT = Pattern.compile("\\$\\{body\\.name} == '(\\w+)'");
    private static final String EVERYTHING = "customer";

    private final Broker broker = new Broker();

    BrokerFilesTest() throws Exception {
    }

    static List<String> selectiveContexts() throws Exception {
        return new Broker().subscriptions().keySet().stream().filter(context -> !context.equals(EVERYTHING)).toList();
    }

    @Test
    void everyEventHasATopicAndEveryTopicAnEvent() {
        assertThat(broker.topics()).containsExactlyInAnyOrderElementsOf(Events.byTopic().keySet());
    }

    @Test
    void everySubscriptionIsConsumedByTheContextOfItsName() {
        Map<String, String> consumed = new HashMap<>();
        consumers().forEach(route -> consumed.put(route.file().folder(), route.from()));
        Map<String, String> declared = new HashMap<>();
        broker.subscriptions().forEach((name, queue) -> declared.put(name, "jms:queue:" + queue.getAddress() + "::" + name));
        assertThat(consumed).isEqualTo(declared);
    }

    @ParameterizedTest
    @MethodSource("selectiveContexts")
    void aContextIsSentExactlyTheEventsThatItHandles(String context) {
        Set<String> handled = consumers().filter(route -> route.file().folder().equals(context)).flatMap(Route::nodes)
                .flatMap(node -> NAMED_EVENT.matcher(node.asText()).results()).map(event -> event.group(1)).collect(Collectors.toSet());
        assertThat(Broker.wanted(broker.subscriptions().get(context))).extracting(Events::name)
                .containsExactlyInAnyOrderElementsOf(handled);
    }

    @ParameterizedTest
    @MethodSource("selectiveContexts")
    void aContextWaitsForEventsThatReachItsQueue(String context) {
        QueueConfiguration subscription = broker.subscriptions().get(context);
        String wildcard = subscription.getAddress().toString().replace(".", "\\.").replace("*", "[^.]+");
        assertThat(Broker.wanted(subscription)).isSubsetOf(broker.topics()).allMatch(topic -> topic.matches(wildcard));
    }

    @Test
    void theViewIsSentEverything() {
        QueueConfiguration subscription = broker.subscriptions().get(EVERYTHING);
        assertThat(subscription.getAddress()).hasToString("phone82.#");
        assertThat(subscription.getFilterString()).isNull();
    }

    @Test
    void whatASubscriptionGaveUpIsKeptForIt() {
        assertThat(broker.deadLetters()).isEqualTo(broker.subscriptions().keySet().stream()
                .collect(Collectors.toMap(name -> Broker.DEAD_LETTERS + "." + name, name -> "_AMQ_ORIG_QUEUE = '" + name + "'")));
    }

    @Test
    void everyUserHasARoleAndEveryRoleThatIsNamedHasAUser() throws IOException {
        Properties roles = properties("artemis-roles.properties");
        assertThat(roles.values()).flatExtracting(members -> List.of(members.toString().split("\\s*,\\s*")))
                .containsExactlyInAnyOrderElementsOf(properties("artemis-users.properties").keySet());
        assertThat(roles.stringPropertyNames()).containsAll(permissions().map(Role::getName).toList());
    }

    @Test
    void aContextSendsToItsOwnTopicsOnly() {
        Map<String, Set<String>> senders = new HashMap<>();
        broker.configuration().getSecurityRoles().forEach((match, permissions) -> permissions.stream().filter(Role::isSend)
                .forEach(permission -> senders.merge(match, Set.of(permission.getName()), BrokerFilesTest::union)));
        assertThat(senders).isEqualTo(Events.byTopic().keySet().stream().map(Events::publisher).distinct()
                .collect(Collectors.toMap(context -> "phone82." + context + ".*", Set::of)));
    }

    @Test
    void nothingIsCreatedByItsUse() {
        assertThat(broker.configuration().getAddressSettings()).containsKey("#").allSatisfy((match, settings) -> {
            assertThat(settings.isAutoCreateQueues()).isFalse();
            assertThat(settings.isAutoCreateAddresses()).isFalse();
        });
        assertThat(permissions()).isNotEmpty().noneMatch(permission -> permission.isCreateAddress()
                || permission.isCreateDurableQueue() || permission.isCreateNonDurableQueue());
    }

    private static Stream<Route> consumers() {
        return RouteFile.all().stream().flatMap(file -> file.routes().stream()).filter(route -> route.from().startsWith("jms:"));
    }

    private Stream<Role> permissions() {
        return broker.configuration().getSecurityRoles().values().stream().flatMap(Collection::stream);
    }

    private static Set<String> union(Set<String> some, Set<String> others) {
        return Stream.concat(some.stream(), others.stream()).collect(Collectors.toSet());
    }

    private static Properties properties(String file) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(Path.of("artemis", file))) {
            properties.load(in);
        }
        return properties;
    }
}
