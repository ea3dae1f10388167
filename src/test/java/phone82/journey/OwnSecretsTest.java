package phone82.journey;

import jakarta.jms.Connection;
import jakarta.jms.JMSSecurityException;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static phone82.journey.Shop.anOrder;

/** All of phone82 in one JVM without configured passwords: the contexts share generated secrets. */
class OwnSecretsTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.withSecretsOfItsOwn("--phone82.store.dispatch-delay=0s");

    @Test
    void ordersShip() {
        Shop shop = PHONE82.gateway();

        shop.awaitShipped(shop.place(anOrder()).expect(201).id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"app", "pay", "store", "customer", "provider", "broker", "coordinator", "identity"})
    void onlyTheOwnerReadsTheDataOf(String context) throws IOException {
        String data = Stream.of(PHONE82.arguments()).filter(argument -> argument.startsWith("--phone82.data=")).findFirst().orElseThrow().substring(15);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(data, context)))).isEqualTo("rwx------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"app", "pay", "store", "customer", "operator"})
    void theDemoPasswordIsRefused(String user) {
        assertThatThrownBy(() -> {
            try (ActiveMQConnectionFactory broker = new ActiveMQConnectionFactory(PHONE82.topics().url());
                 Connection connection = broker.createConnection(user, "demo-" + user)) {
                connection.start();
            }
        }).isInstanceOf(JMSSecurityException.class);
    }
}
