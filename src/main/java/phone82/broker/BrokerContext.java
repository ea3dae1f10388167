package phone82.broker;

import org.apache.activemq.artemis.core.config.FileDeploymentManager;
import org.apache.activemq.artemis.core.config.impl.FileConfiguration;
import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import phone82.platform.health.Check;

import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;

/** The context {@code broker}: Artemis within this JVM, configured by the files of {@code artemis/} alone. */
@Configuration(proxyBeanMethods = false)
public class BrokerContext {

    @Bean(destroyMethod = "stop")
    EmbeddedActiveMQ broker(@Value("${phone82.artemis}/broker.xml") Resource brokerXml,
                            @Value("${phone82.data}/broker") File data,
                            @Value("${phone82.bind}") String host, @Value("${phone82.broker.port}") int port,
                            ActiveMQJAASSecurityManager users) throws Exception {
        FileConfiguration configuration = new FileConfiguration();
        FileDeploymentManager files = new FileDeploymentManager(brokerXml.getURL().toString());
        files.addDeployable(configuration);
        files.readConfiguration();
        configuration.setBrokerInstance(data);
        // may do everything, and is well known otherwise; under another name the gatekeeper sees who tries it
        configuration.setClusterUser(UUID.randomUUID().toString());
        configuration.setClusterPassword(UUID.randomUUID().toString());
        configuration.clearAcceptorConfigurations();
        configuration.addAcceptorConfiguration("artemis", "tcp://" + host + ":" + port + "?protocols=CORE");
        EmbeddedActiveMQ broker = new EmbeddedActiveMQ().setConfiguration(configuration).setSecurityManager(users).start();
        if (!broker.getActiveMQServer().isActive()) {
            throw new IllegalStateException("the broker did not become active; its log says why");
        }
        return broker;
    }

    @Bean
    Check activeCheck(EmbeddedActiveMQ broker) {
        return Check.readiness("active", () -> {
            ActiveMQServer server = broker.getActiveMQServer();
            if (!server.isActive()) {
                throw new IllegalStateException("the broker is not active");
            }
            return Map.of("connections", server.getConnectionCount());
        });
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
        return new Gatekeeper(security);
    }
}
