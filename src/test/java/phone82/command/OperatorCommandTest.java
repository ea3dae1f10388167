package phone82.command;

import org.junit.jupiter.api.Test;
import phone82.command.OperatorCommand.Stop;
import phone82.journey.DrippingServer;
import phone82.journey.DrippingServer.Kind;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Requests of the commands to something that is no context. */
class OperatorCommandTest {

    @Test
    void anAnswerThatIsTooLongEndsTheCommand() {
        try (DrippingServer server = new DrippingServer(Kind.LONG_BODY)) {
            assertThatThrownBy(() -> OperatorCommand.ask(OperatorCommand.client(), "GET", "app", server.url(), "/events", "Bearer x", null, "start it"))
                    .isInstanceOf(Stop.class).hasMessage("app does not answer at " + server.url() + " (the answer has more than 33554432 bytes); start it.");
            await("the connection is closed").until(() -> server.open() == 0);
        }
    }
}
