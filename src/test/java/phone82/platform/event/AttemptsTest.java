package phone82.platform.event;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.sql.SQLException;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AttemptsTest {

    private static final Exception FAULT = new IllegalStateException("a fault of the event");

    private final Attempts attempts = new Attempts(6);

    @Test
    void theSixthFailureIsTheLast() {
        fail("event", 4);
        assertThatThrownBy(() -> attempts.requireLast("event", FAULT)).isSameAs(FAULT);

        fail("event", 1);
        assertThatCode(() -> attempts.requireLast("event", FAULT)).doesNotThrowAnyException();
    }

    /** A client that is no JMS client sends none. */
    @Test
    void messagesWithoutAnIdAreCountedTogether() {
        fail(null, 5);

        assertThatCode(() -> attempts.requireLast(null, FAULT)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"08006, false", "53100, false", "57P01, false", "58030, false", "25006, false", "57014, true", "23514, true"})
    void whatFailsBecauseTheDatabaseIsUnavailableIsNoAttempt(String state, boolean isAttempt) {
        Exception failure = new IllegalStateException(new SQLException("refused", state));
        IntStream.range(0, 10).forEach(time -> attempts.failed("event", failure));

        assertThat(isLast(failure)).isEqualTo(isAttempt);
    }

    @Test
    void anEventThatFailsAgainIsNotForgottenBeforeOthers() {
        fail("event", 4);
        IntStream.range(0, 9_999).forEach(other -> fail("other" + other, 1));
        fail("event", 1);
        fail("one more", 1);

        assertThat(isLast(FAULT)).isTrue();
    }

    private void fail(String message, int times) {
        IntStream.range(0, times).forEach(time -> attempts.failed(message, FAULT));
    }

    private boolean isLast(Exception failure) {
        try {
            attempts.requireLast("event", failure);
            return true;
        } catch (Throwable again) {
            assertThat(again).isSameAs(failure);
            return false;
        }
    }
}
