package phone82.architecture;

import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.core.config.FileDeploymentManager;
import org.apache.activemq.artemis.core.config.impl.FileConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;
import org.apache.activemq.artemis.core.settings.impl.HierarchicalObjectRepository;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The broker configuration in {@code artemis/broker.xml}. */
final class Broker {

    private static final String DEAD_LETTERS = "dead-letters.";
    private static final Pattern QUOTED = Pattern.compile("'([^']+)'");

    private final FileConfiguration configuration = new FileConfiguration();

    Broker() throws Exception {
        FileDeploymentManager files = new FileDeploymentManager(Path.of("artemis/broker.xml").toUri().toString());
        files.addDeployable(configuration);
        files.readConfiguration();
    }

    FileConfiguration configuration() {
        return configuration;
    }

    /** The addresses of the events, without the wildcard addresses that only collect them. */
    List<String> topics() {
        return configuration.getAddressConfigurations().stream().map(CoreAddressConfiguration::getName)
                .filter(name -> name.startsWith("phone82.") && !name.contains("*") && !name.contains("#")).toList();
    }

    /** The queues from which the contexts consume events. */
    List<Queue> subscriptions() {
        return queues().filter(queue -> !queue.address.startsWith(DEAD_LETTERS)).toList();
    }

    List<Queue> deadLetters() {
        return queues().filter(queue -> queue.address.startsWith(DEAD_LETTERS)).toList();
    }

    /** The settings that apply to the queues of an address, merged from all matches; the most specific wins. */
    AddressSettings settings(String address) {
        HierarchicalObjectRepository<AddressSettings> settings = new HierarchicalObjectRepository<>(configuration.getWildcardConfiguration());
        settings.setDefault(new AddressSettings());
        configuration.getAddressSettings().forEach((match, each) -> settings.addMatch(match, each, true));
        return settings.getMatch(address);
    }

    /** The roles that hold a permission on an address. */
    Set<String> roles(String address, Predicate<Role> right) {
        HierarchicalObjectRepository<Set<Role>> roles = new HierarchicalObjectRepository<>(configuration.getWildcardConfiguration());
        roles.setDefault(Set.of());
        configuration.getSecurityRoles().forEach((match, each) -> roles.addMatch(match, each, true));
        return roles.getMatch(address).stream().filter(right).map(Role::getName).collect(Collectors.toSet());
    }

    private Stream<Queue> queues() {
        return configuration.getAddressConfigurations().stream().flatMap(address -> address.getQueueConfigs().stream())
                .map(queue -> new Queue(queue.getName().toString(), queue.getAddress().toString(),
                        Objects.toString(queue.getFilterString(), "")));
    }

    /** A queue; the filter is empty if it takes every message of its address. */
    record Queue(String name, String address, String filter) {

        boolean takesEverything() {
            return filter.isEmpty();
        }

        /** The topics that its filter names. */
        Set<String> wanted() {
            return QUOTED.matcher(filter).results().map(quoted -> quoted.group(1)).collect(Collectors.toSet());
        }

        @Override
        public String toString() {
            return address + "::" + name;
        }
    }
}
