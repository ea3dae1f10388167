package phone82.drill;

import org.junit.jupiter.api.Test;
import phone82.Context;

import java.net.InetAddress;
import java.net.ServerSocket;

import static org.assertj.core.api.Assertions.assertThat;

/** What keeps phone82 from starting is one line that names it and the way out. */
class StartIT {

    @Test
    void helpListsContextsAndProperties() throws Exception {
        try (Processes phone82 = new Processes("help")) {
            assertThat(phone82.run(0, "--help")).contains("broker", "gateway", "8081", "phone82.store.dispatch-delay", "PHONE82_APP_PORT");
        }
    }

    @Test
    void anUnknownContextIsNamed() throws Exception {
        try (Processes phone82 = new Processes("unknown")) {
            assertThat(phone82.run(2, "shop").lines()).singleElement().asString().contains("no context shop", "--help");
        }
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (Processes phone82 = new Processes("port");
             ServerSocket ignored = new ServerSocket(phone82.port(Context.GATEWAY), 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(phone82.run(1, "gateway").lines()).singleElement().asString()
                    .contains("port " + phone82.port(Context.GATEWAY), "phone82.gateway.port");
        }
    }

    @Test
    void aMissingBrokerIsNamed() throws Exception {
        try (Processes phone82 = new Processes("broker", "--phone82.broker.wait=0s")) {
            assertThat(phone82.run(1, "pay").lines()).singleElement().asString()
                    .contains("no broker answers at tcp://localhost:" + phone82.port(Context.BROKER), "phone82.broker.url");
        }
    }

    @Test
    void aLockedDataFolderIsNamed() throws Exception {
        try (Processes phone82 = new Processes("locked")) {
            phone82.start("broker");
            phone82.start("store");
            String again = phone82.run(1, "store");
            assertThat(again.lines()).singleElement().asString().contains("store is in use by another process", "phone82.data");
        }
    }
}
