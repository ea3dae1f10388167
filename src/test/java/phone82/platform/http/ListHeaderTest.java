package phone82.platform.http;

import org.junit.jupiter.api.Test;

import java.util.Collections;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class ListHeaderTest {

    @Test
    void aListHasAFewElements() {
        assertThat(ListHeader.prefers(List.of("text/html,application/xhtml+xml,*/*;q=0.8"), "text/html", "application/json")).isTrue();
        assertThat(ListHeader.prefers(List.of("application/json", "text/html;q=0.9"), "text/html", "application/json")).isFalse();
        assertThat(ListHeader.acceptsGzip(List.of("br, gzip"))).isTrue();
    }

    /** Otherwise a client that sends thousands occupies the event loop, even by requests that are refused. */
    @Test
    void moreAreNotRead() {
        assertThat(ListHeader.elements(List.of("a,".repeat(3950)))).hasSizeLessThan(50);
        assertThat(ListHeader.elements(Collections.nCopies(800, "a"))).hasSizeLessThan(50);
        assertThat(ListHeader.prefers(List.of("a,".repeat(3900) + "text/html"), "text/html", "application/json")).isFalse();
    }
}
