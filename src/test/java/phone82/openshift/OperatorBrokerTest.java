package phone82.openshift;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.FileDeploymentManager;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.config.impl.FileConfiguration;
import org.apache.activemq.artemis.core.security.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Comparison of the broker that the operator creates with the one of {@code artemis/}. */
class OperatorBrokerTest {

    @ParameterizedTest
    @CsvSource({"ARTEMIS_OPERATOR,artemis", "PROD_HA,artemis-a", "PROD_HA,artemis-b"})
    void itHasTheSameAddressesRightsAndLimits(Project project, String name) throws Exception {
        Manifests manifests = project.manifests(Path.of(""));
        FileConfiguration file = new FileConfiguration();
        FileDeploymentManager files = new FileDeploymentManager(Path.of("artemis/broker.xml").toUri().toURL().toString());
        files.addDeployable(file);
        files.readConfiguration();

        Properties properties = new Properties();
        ObjectNode broker = manifests.find("ActiveMQArtemis", name).orElseThrow();
        broker.at("/spec/brokerProperties").forEach(line -> properties.setProperty(line.asText().substring(0, line.asText().indexOf('=')),
                line.asText().substring(line.asText().indexOf('=') + 1)));
        ConfigurationImpl operator = new ConfigurationImpl();
        operator.parsePrefixedProperties(properties, null);

        assertThat(operator.getStatus()).contains("\"errors\":[]");
        assertThat(queues(operator)).as("the addresses and queues of openshift/components/artemis-operator/broker/broker.yaml; expected are those of artemis/broker.xml").isEqualTo(queues(file));
        assertThat(rights(operator)).as("the securityRoles there").isEqualTo(rights(file));
        assertThat(operator.getAddressSettings()).as("the addressSettings there").isEqualTo(file.getAddressSettings());
        assertThat(Stream.of(operator, file).map(each -> each.getGlobalMaxSize() + " " + each.getIDCacheSize() + " " + each.getMaxDiskUsage()
                        + " " + each.getMinDiskFree() + " " + each.getCriticalAnalyzerPolicy())
                .collect(Collectors.toSet())).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"ARTEMIS_OPERATOR", "PROD_HA"})
    void itHasTheSameRoles(Project project) {
        assertThat(lines(project.manifests(Path.of("")).data("Secret", "artemis-jaas-config").get("artemis-roles.properties")))
                .isEqualTo(lines(Settings.text(Path.of("artemis/artemis-roles.properties"))));
    }

    @Test
    void itsUsersHaveTheSameCertificates() {
        assertThat(lines(Project.PROD_HA.manifests(Path.of("")).data("Secret", "artemis-jaas-config").get("cert-users.properties")))
                .isEqualTo(lines(Settings.text(Path.of("openshift/components/broker-certificates/cert-users.properties"))));
    }

    private static Set<String> lines(String text) {
        return text.lines().filter(line -> !line.startsWith("#")).collect(Collectors.toSet());
    }

    private static Map<String, String> queues(Configuration configuration) {
        Map<String, String> queues = new TreeMap<>();
        configuration.getAddressConfigurations().forEach(address -> {
            queues.put(address.getName(), address.getRoutingTypes().toString());
            address.getQueueConfigs().forEach(queue -> queues.put(address.getName() + "::" + queue.getName(),
                    queue.getAddress() + " " + queue.getRoutingType() + " " + queue.getFilterString()));
        });
        return queues;
    }

    private static Map<String, Set<String>> rights(Configuration configuration) {
        Map<String, Set<String>> rights = new TreeMap<>();
        configuration.getSecurityRoles().forEach((match, roles) -> rights.put(match, roles.stream().map(Role::toString).collect(Collectors.toSet())));
        return rights;
    }
}
