package phone82.broker;

import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.utils.critical.CriticalAnalyzerPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.FileSystemResource;
import org.springframework.util.unit.DataSize;
import phone82.journey.Phone82Extension;
import phone82.platform.disk.Disk;

import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/** What differs from a standalone broker of the same files. */
class EmbeddedBrokerTest {

    @Test
    void oneThatHangsDoesNotEndTheProcess(@TempDir Path data) throws Exception {
        try (RestartingBroker broker = new BrokerContext().broker(new FileSystemResource("artemis/broker.xml"), "127.0.0.1", Phone82Extension.freePort(),
                new BrokerSecurityManager(new SecurityConfiguration()), Disk.of(data, DataSize.ofMegabytes(1)))) {
            broker.start();

            assertThat(broker.server().getConfiguration().getCriticalAnalyzerPolicy()).isEqualTo(CriticalAnalyzerPolicy.LOG);
        }
    }
}
