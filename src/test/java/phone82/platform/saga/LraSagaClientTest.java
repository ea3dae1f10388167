package phone82.platform.saga;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class LraSagaClientTest {

    /** The coordinator makes the id of an LRA of the header Host, in which clients leave out the port that is the default. */
    @ParameterizedTest
    @CsvSource({
            "http://lra:8070,      http://lra:8070/lra-coordinator/",
            "http://lra:80,        http://lra/lra-coordinator/",
            "http://lra:443,       http://lra:443/lra-coordinator/",
            "http://lra:8080,      http://lra:8080/lra-coordinator/",
            "https://lra:443,      https://lra/lra-coordinator/",
            "https://lra:443/base, https://lra/base/lra-coordinator/",
            "https://[::1]:443,    https://[::1]/lra-coordinator/",
            "https://lra:80,       https://lra:80/lra-coordinator/"})
    void idsOfLrasHaveNoDefaultPort(String coordinator, String prefix) {
        assertThat(LraSagaClient.lras(coordinator)).isEqualTo(prefix);
    }
}
