package phone82.platform.api;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class PageTest {

    private static final List<Long> ROWS = List.of(9L, 8L, 7L);

    @Test
    void aPageWithMoreBehindItNamesItsLastRowAsTheCursor() {
        assertThat(page(2)).isEqualTo(new Page<>(List.of("9", "8"), "8"));
    }

    @Test
    void aPageThatIsJustFullIsTheLast() {
        assertThat(page(3)).isEqualTo(new Page<>(List.of("9", "8", "7"), null));
    }

    @Test
    void anEmptyListIsOneEmptyPage() {
        assertThat(Page.of(List.<Long>of(), 20, String::valueOf, id -> id)).isEqualTo(new Page<>(List.of(), null));
    }

    @Test
    void withoutASizeThereAreTwentyRows() {
        assertThat(Page.size(null)).isEqualTo(20);
        assertThat(Page.size(200)).isEqualTo(200);
    }

    @Test
    void withoutACursorTheNewestComesFirst() {
        assertThat(Page.below(null)).isEqualTo(Long.MAX_VALUE);
        assertThat(Page.below(8L)).isEqualTo(8);
    }

    private static Page<String> page(int size) {
        return Page.of(ROWS, size, String::valueOf, id -> id);
    }
}
