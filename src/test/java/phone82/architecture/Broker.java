package phone82.architecture;

import org.apache.activemq.artemis.core.config.CoreAddressConfiguration;
import org.apache.activemq.artemis.core.config.FileDeploymentManager;
import org.apache.activemq.artemis.core.config.impl.FileConfiguration;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@code artemis/broker.xml} tells the broker. */
final class Broker {

    private static final String DEAD_LETTERS = "dead-letters";
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

    /** The addresses that events are sent to; those with a wildcard only gather them. */
    List<String> topics() {
        return configuration.getAddressConfigurations().stream().map(CoreAddressConfiguration::getName)
                .filter(name -> name.startsWith("phone82.") && !name.contains("*") && !name.contains("#")).toList();
    }

    /** The queues in which the contexts find the events that they follow. */
    List<Queue> subscriptions() {
        return queues().filter(queue -> !queue.address.equals(DEAD_LETTERS)).toList();
    }

    List<Queue> deadLetters() {
        return queues().filter(queue -> queue.address.equals(DEAD_LETTERS)).toList();
    }

    private Stream<Queue> queues() {
        return configuration.getAddressConfigurations().stream().flatMap(address -> address.getQueueConfigs().stream())
                .map(queue -> new Queue(queue.getName().toString(), queue.getAddress().toString(),
                        Objects.toString(queue.getFilterString(), "")));
    }

    /** A queue; the filter is empty where it takes all that its address gets. */
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
