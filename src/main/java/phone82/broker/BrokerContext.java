package phone82.broker;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.config.FileDeploymentManager;
import org.apache.activemq.artemis.core.config.impl.FileConfiguration;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.utils.critical.CriticalAnalyzerPolicy;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.unit.DataSize;
import phone82.platform.disk.Disk;
import phone82.platform.health.Check;
import phone82.platform.observability.MetricsConfiguration;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The context {@code broker}: an embedded Artemis, configured by the files in {@code artemis/}. */
@Configuration(proxyBeanMethods = false)
@Import(MetricsConfiguration.class)
public class BrokerContext {

    /** The queues of the contexts, which have their names. */
    private static final List<String> QUEUES = List.of("app", "pay", "store", "customer");

    @Bean
    Disk disk(@Value("${phone82.data}/broker") Path data, @Value("${phone82.data.reserve}") DataSize reserve) {
        return Disk.of(data, reserve);
    }

    @Bean(initMethod = "start")
    RestartingBroker broker(@Value("${phone82.artemis}/broker.xml") Resource brokerXml,
                            @Value("${phone82.bind}") String host, @Value("${phone82.broker.port}") int port,
                            ActiveMQJAASSecurityManager users, Disk disk) {
        return new RestartingBroker(() -> {
            FileConfiguration configuration = new FileConfiguration();
            FileDeploymentManager files = new FileDeploymentManager(brokerXml.getURL().toString());
            files.addDeployable(configuration);
            files.readConfiguration();
            configuration.setBrokerInstance(disk.folder().toFile());
            // with a limit, the broker would begin to page when the disk is nearly full, and lose acknowledged events whose page cannot be written
            configuration.setMinDiskFree(-1);
            // anything else would end the process, and with it all contexts that run there
            configuration.setCriticalAnalyzerPolicy(CriticalAnalyzerPolicy.LOG);
            // the cluster user has all permissions and a well-known default name; with a random name, attempts to use the default are logged
            configuration.setClusterUser(UUID.randomUUID().toString());
            configuration.setClusterPassword(UUID.randomUUID().toString());
            configuration.clearAcceptorConfigurations();
            configuration.addAcceptorConfiguration("artemis", "tcp://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "?protocols=CORE");
            configuration.addAcceptorConfiguration("in-vm", "vm://" + port);
            return new EmbeddedActiveMQ().setConfiguration(configuration).setSecurityManager(users);
        }, disk);
    }

    @Bean
    Check activeCheck(RestartingBroker broker) {
        return Check.readiness("active", () -> {
            requireActive(broker);
            return Map.of("connections", broker.server().getConnectionCount());
        });
    }

    /** While the disk is nearly full, the process is not ready; the broker goes on as long as its journal has room. */
    @Bean
    Check diskCheck(Disk disk) {
        return Check.readiness("disk", disk::check);
    }

    /** A broker that is down although its disk has room will not recover by itself. */
    @Bean
    Check restartCheck(RestartingBroker broker, Disk disk) {
        return Check.life("broker", () -> {
            if (!disk.isLow()) {
                requireActive(broker);
            }
            return Map.of();
        });
    }

    @Bean
    MeterBinder queueMetrics(RestartingBroker broker) {
        return metrics -> QUEUES.forEach(name -> Gauge.builder("phone82.queue.messages", broker, each -> messages(each, name)).tag("queue", name)
                .description("events that the context has not received yet").register(metrics));
    }

    private static double messages(RestartingBroker broker, String name) {
        Queue queue = broker.isActive() ? broker.server().locateQueue(SimpleString.of(name)) : null;
        return queue == null ? Double.NaN : queue.getMessageCount();
    }

    private static void requireActive(RestartingBroker broker) {
        if (!broker.isActive()) {
            throw new IllegalStateException("the broker is not active");
        }
    }

    @Bean
    ActiveMQJAASSecurityManager users(ResourceLoader files, Environment environment) throws IOException {
        BrokerUsers users = new BrokerUsers(files, environment);
        SecurityConfiguration security = new SecurityConfiguration();
        users.passwords().forEach(security::addUser);
        for (String role : users.roles().stringPropertyNames()) {
            for (String user : users.roles().getProperty(role).split("\\s*,\\s*")) {
                security.addRole(user, role);
            }
        }
        return new BrokerSecurityManager(security);
    }
}
