package phone82.architecture;

import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.core.config.FileDeploymentManager;
import org.apache.activemq.artemis.core.config.impl.FileConfiguration;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@code artemis/broker.xml} tells the broker. */
final class Broker {

    static final String DEAD_LETTERS = "dead-letters";

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
        return configuration.getAddressConfigurations().stream().map(address -> address.getName())
                .filter(name -> name.startsWith("phone82.") && !name.contains("*") && !name.contains("#")).toList();
    }

    /** The queue of each context that follows events, by the context. */
    Map<String, QueueConfiguration> subscriptions() {
        return queues().filter(queue -> !queue.getAddress().toString().equals(DEAD_LETTERS))
                .collect(Collectors.toMap(queue -> queue.getName().toString(), Function.identity()));
    }

    /** The dead-letter queues' filters by the queue. */
    Map<String, String> deadLetters() {
        return queues().filter(queue -> queue.getAddress().toString().equals(DEAD_LETTERS))
                .collect(Collectors.toMap(queue -> queue.getName().toString(), queue -> queue.getFilterString().toString()));
    }

    /** The topics that a subscription's filter lets through. */
    static Set<String> wanted(QueueConfiguration subscription) {
        return QUOTED.matcher(String.valueOf(subscription.getFilterString())).results()
                .map(quoted -> quoted.group(1)).collect(Collectors.toSet());
    }

    private Stream<QueueConfiguration> queues() {
        return configuration.getAddressConfigurations().stream().flatMap(address -> address.getQueueConfigs().stream());
    }
}
