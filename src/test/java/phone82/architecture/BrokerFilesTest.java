package phone82.architecture;

import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.utils.critical.CriticalAnalyzerPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import phone82.architecture.Broker.Queue;
import phone82.architecture.RouteFile.Route;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

/** Checks that the broker has a topic for every event, a queue for every consuming context, and no unneeded permissions. */
class BrokerFilesTest {

    private static final Pattern NAMED_EVENT = Pattern.compile("\\$\\{body\\.name} == '(\\w+)'");

    private final Broker broker = new Broker();

    BrokerFilesTest() throws Exception {
    }

    static List<Queue> subscriptions() throws Exception {
        return new Broker().subscriptions();
    }

    static Stream<Queue> selectiveSubscriptions() throws Exception {
        return subscriptions().stream().filter(subscription -> !subscription.takesEverything());
    }

    /** Its passwords are public. */
    @Test
    void itListensOnLoopbackByDefault() {
        assertThat(broker.configuration().getAcceptorConfigurations()).allSatisfy(acceptor ->
                assertThat(acceptor.getParams()).containsEntry("host", "127.0.0.1"));
    }

    /** Nothing else notices that a broker hangs. */
    @Test
    void aStandaloneBrokerThatHangsEnds() {
        assertThat(broker.configuration().getCriticalAnalyzerPolicy()).isEqualTo(CriticalAnalyzerPolicy.HALT);
    }

    @Test
    void everyEventHasATopicAndEveryTopicAnEvent() {
        assertThat(broker.topics()).as("the topics (<address>) of artemis/broker.xml; expected is one for each record that implements DomainEvent")
                .containsExactlyInAnyOrderElementsOf(Events.BY_TOPIC.keySet());
    }

    @Test
    void everySubscriptionIsConsumedByTheContextOfItsName() {
        assertThat(consumers().map(route -> route.file().folder() + " " + route.from()))
                .containsExactlyInAnyOrderElementsOf(broker.subscriptions().stream()
                        .map(subscription -> subscription.name() + " jms:queue:" + subscription).toList());
    }

    @ParameterizedTest
    @MethodSource("selectiveSubscriptions")
    void aContextIsSentExactlyTheEventsThatItHandles(Queue subscription) {
        assertThat(RouteFile.all().stream().filter(file -> file.folder().equals(subscription.name()))
                .flatMap(file -> file.routes().stream()).flatMap(Route::nodes)
                .flatMap(node -> NAMED_EVENT.matcher(node.asText()).results()).map(event -> event.group(1)))
                .as("the events that routes/%s handles; expected are those in the filter of its queue in artemis/broker.xml", subscription.name())
                .containsExactlyInAnyOrderElementsOf(subscription.wanted().stream().map(Events::name).toList());
    }

    @ParameterizedTest
    @MethodSource("selectiveSubscriptions")
    void everyConsumedEventReachesTheQueueOfItsContext(Queue subscription) {
        String wildcard = subscription.address().replace(".", "\\.").replace("*", "[^.]+");
        assertThat(subscription.wanted()).as("the topics in the filter of the queue %s in artemis/broker.xml", subscription.name()).isSubsetOf(broker.topics()).allMatch(topic -> topic.matches(wildcard));
    }

    @Test
    void onlyTheViewReceivesEveryEvent() {
        assertThat(broker.subscriptions()).filteredOn(Queue::takesEverything).extracting(Queue::toString)
                .containsExactly("phone82.#::customer");
    }

    @ParameterizedTest
    @MethodSource("subscriptions")
    void deadLettersAreKeptForTheirContextUntilTheyAreReplayed(Queue subscription) {
        String deadLetters = "dead-letters." + subscription.name();
        AddressSettings settings = broker.settings(subscription.address());
        assertThat(settings.getDeadLetterAddress().toString()).isEqualTo(deadLetters);
        assertThat(Duration.ofMillis(settings.getMaxDeliveryAttempts() * settings.getMaxRedeliveryDelay())).as("an outage of a database, in which the broker moves no event")
                .isGreaterThan(Duration.ofDays(5));
        assertThat(broker.deadLetters()).filteredOn(queue -> queue.address().equals(deadLetters)).singleElement()
                .satisfies(queue -> {
                    assertThat(queue.name()).isEqualTo(deadLetters);
                    assertThat(queue.takesEverything()).isTrue();
                });
        assertThat(broker.settings(deadLetters).getMaxDeliveryAttempts()).as("replays").isEqualTo(-1);
    }

    @ParameterizedTest
    @MethodSource("subscriptions")
    void onlyItsContextReadsASubscriptionAndReplaysItsDeadLetters(Queue subscription) {
        String deadLetters = "dead-letters." + subscription.name();
        assertThat(broker.roles(subscription.address(), Role::isConsume)).containsExactly(subscription.name());
        assertThat(broker.roles(subscription.address(), Role::isBrowse)).isEmpty();
        assertThat(broker.roles(deadLetters, Role::isSend)).containsExactly(subscription.name());
        assertThat(broker.roles(deadLetters, Role::isConsume)).containsExactlyInAnyOrder(subscription.name(), "operator");
        assertThat(broker.roles(deadLetters, Role::isBrowse)).containsExactlyInAnyOrder(subscription.name(), "operator");
    }

    @Test
    void everyUserHasARoleAndEveryRoleHasAUser() throws IOException {
        Properties roles = properties("artemis-roles.properties");
        assertThat(roles.values().stream().flatMap(members -> Stream.of(members.toString().split("\\s*,\\s*"))))
                .containsExactlyInAnyOrderElementsOf(properties("artemis-users.properties").stringPropertyNames());
        assertThat(roles.stringPropertyNames()).containsAll(permissions().map(Role::getName).toList());
    }

    @Test
    void everyUserIsTheCertificateOfItsName() throws IOException {
        Properties certificates = properties("../openshift/components/broker-certificates/cert-users.properties");
        assertThat(certificates.keySet()).isEqualTo(properties("artemis-users.properties").keySet());
        assertThat(certificates).allSatisfy((user, subject) -> assertThat(subject).isEqualTo("CN=" + user));
    }

    @Test
    void aContextSendsToItsOwnTopicsOnly() {
        Map<String, Set<String>> senders = new HashMap<>();
        broker.configuration().getSecurityRoles().forEach((match, permissions) -> permissions.stream()
                .filter(permission -> permission.isSend() && !match.startsWith("dead-letters."))
                .forEach(permission -> senders.merge(match, Set.of(permission.getName()), BrokerFilesTest::union)));
        assertThat(senders).isEqualTo(Events.BY_TOPIC.keySet().stream().map(Events::publisher).distinct()
                .collect(Collectors.toMap(context -> "phone82." + context + ".*", Set::of)));
    }

    @Test
    void addressesAndQueuesAreNotCreatedAutomatically() {
        assertThat(broker.configuration().getAddressSettings().keySet()).contains("#").allSatisfy(match -> {
            assertThat(broker.settings(match).isAutoCreateQueues()).isFalse();
            assertThat(broker.settings(match).isAutoCreateAddresses()).isFalse();
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
