package phone82.platform.api;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class CsvTest {

    private record Row(long id, String text, Instant at) {
    }

    @Test
    void aTableHasAHeaderAndEmptyCells() {
        assertThat(Csv.of(List.of("id", "text", "at"), List.of(new Row(-7, "note20", Instant.parse("2026-01-01T12:00:00Z")), new Row(8, null, null))))
                .isEqualTo("id,text,at\r\n-7,note20,2026-01-01T12:00:00Z\r\n8,,\r\n");
        assertThat(Csv.of(List.of("id"), List.of())).isEqualTo("id\r\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            a,b           | "a,b"
            say "x"       | "say ""x""\"
            ~ x~          | ~" x"~
            재고 📱       | 재고 📱
            =1+1          | '=1+1
            +82           | '+82
            -1            | '-1
            @SUM(A1)      | '@SUM(A1)
            ＝1+1         | '＝1+1
            =HYPERLINK("http://x","y") | "'=HYPERLINK(""http://x"",""y"")"
            a=1           | a=1
            """)
    void aTextIsQuotedAndNeverAFormula(String text, String cell) {
        assertThat(Csv.of(List.of("text"), List.of(new Row(1, text, null)))).isEqualTo("text\r\n" + cell + "\r\n");
    }

    @Test
    void lineBreaksAndTabsStayInTheirCell() {
        assertThat(Csv.of(List.of("text"), List.of(new Row(1, "a\r\nb", null)))).isEqualTo("text\r\n\"a\r\nb\"\r\n");
        assertThat(Csv.of(List.of("text"), List.of(new Row(1, "\t=1", null)))).isEqualTo("text\r\n'\t=1\r\n");
    }
}
