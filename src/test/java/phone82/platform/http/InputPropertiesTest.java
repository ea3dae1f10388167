package phone82.platform.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import phone82.OpenApi;
import phone82.platform.api.Json;
import phone82.platform.api.PlainText;
import phone82.platform.api.Problem;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** Properties of text and number input: it is normalised, or refused by name. Run more with {@code -Djqwik.tries.default=50000}. */
class InputPropertiesTest {

    private static final Pattern ODD = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Zl}\\p{Zp}\\p{IsNoncharacter_Code_Point}\\u00a0\\u3000\\u034f\\u115f\\u1160\\u3164\\uffa0\\ufe00-\\ufe0f\\u2800\\ufffd]");

    private final Contract contract = OpenApi.contract("app");
    private final Contract.Parameter size = contract.operation("app-list-orders").parameters.get(0);

    private JsonNode order(byte[] body) {
        return contract.operation("app-place-order").body(body, "application/json", false);
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> pieces = Arbitraries.oneOf(
                Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(5),
                Arbitraries.strings().withCharRange('\uac00', '\ud7a3').ofMaxLength(5),
                Arbitraries.strings().withCharRange('\u0300', '\u036f').ofMaxLength(2),
                Arbitraries.strings().withCharRange('\u1100', '\u11ff').ofMaxLength(3),
                Arbitraries.strings().withCharRange('\u2000', '\u206f').ofMaxLength(1),
                Arbitraries.integers().between(0x1f300, 0x1f5ff).map(Character::toString),
                Arbitraries.integers().between(0, 0x10ffff).map(Character::toString),
                Arbitraries.of(" ", "\ufe0f", "\u200d", "\u202e", "\ufeff", "\u0000", "\u3164", "\ud83d", "\udc00", "\udb40\udc41"));
        return Arbitraries.oneOf(pieces.list().ofMaxSize(12).map(list -> String.join("", list)),
                Combinators.combine(Arbitraries.of("x", "\u00e9", "\uac01", "\ud83d\udcf1", "e\u0301", "\u1100\u1161"), Arbitraries.of(1, 50, 51, 99, 100, 101, 200), pieces)
                        .as((character, times, piece) -> character.repeat(times) + piece));
    }

    @Property
    void aTextIsNormalisedOrRefused(@ForAll("texts") String text) throws IOException {
        String item;
        try {
            String json = Json.MAPPER.writer().with(JsonGenerator.Feature.ESCAPE_NON_ASCII).writeValueAsString(text);
            item = order(("{\"item\":" + json + ",\"qty\":1}").getBytes(UTF_8)).get("item").textValue();
        } catch (Problem refused) {
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.faults()).isNotEmpty().allMatch(fault -> fault.field().equals("item"));
            return;
        }
        assertThat(escaped(item)).isEqualTo(escaped(PlainText.canonical(item)));
        assertThat(ODD.matcher(item).find()).as(escaped(item)).isFalse();
        // ICU knows newer characters than this JVM, and therefore how to compose them
        if (text.codePoints().allMatch(Character::isDefined)) {
            assertThat(escaped(item)).isEqualTo(escaped(Normalizer.normalize(text, Normalizer.Form.NFC).strip()));
        }
        assertThat(item.codePointCount(0, item.length())).isBetween(1, 100);
        assertThat(item.length()).isLessThanOrEqualTo(200);
    }

    private static String escaped(String text) {
        return text.chars().mapToObj(c -> String.format("%04x", c)).collect(Collectors.joining(" "));
    }

    @Property
    void visibleTextIsAccepted(@ForAll("visible") String text) {
        assertThat(order(("{\"item\":" + Json.text(text) + ",\"qty\":1}").getBytes(UTF_8)).get("item").textValue()).isEqualTo(text);
    }

    @Provide
    Arbitrary<String> visible() {
        return Arbitraries.strings().withCharRange('!', '~').withCharRange('\uac00', '\ud7a3').withCharRange('\u4e00', '\u9fff').withCharRange('\u0430', '\u044f')
                .ofMinLength(1).ofMaxLength(100);
    }

    @Property
    void aBodyIsUtf8OrRefused(@ForAll byte[] bytes) {
        byte[] body = ByteBuffer.allocate(bytes.length + 20).put("{\"item\":\"".getBytes(UTF_8)).put(bytes).put("\",\"qty\":1}".getBytes(UTF_8)).array();
        try {
            order(body);
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (CharacterCodingException e) {
            throw new AssertionError("taken", e);
        } catch (Problem refused) {
            assertThat(refused.status()).isIn(400, 422);
        }
    }

    @Property
    void aNumberParameterIsNormalisedOrRefused(@ForAll("numbers") String text) {
        List<Problem.Fault> faults = new ArrayList<>();
        Object value = size.value(text, faults);
        boolean number = Pattern.matches("[1-9][0-9]{0,2}", text) && Integer.parseInt(text) <= 200;
        assertThat(faults.isEmpty()).as("taken").isEqualTo(number);
        if (number) {
            assertThat(value).isEqualTo(Long.parseLong(text));
        } else {
            assertThat(faults).allMatch(fault -> fault.field().equals("size"));
        }
    }

    @Property
    void aNumberInABodyIsNormalisedOrRefused(@ForAll("numbers") String text) {
        try {
            JsonNode order = order(("{\"item\":\"x\",\"qty\":" + text + "}").getBytes(UTF_8));
            assertThat(order.get("qty").toString()).isEqualTo(text.strip()).matches("[1-9][0-9]?|100");
        } catch (Problem refused) {
            assertThat(refused.status()).isIn(400, 422);
            assertThat(text).doesNotMatch("[1-9][0-9]?|100");
        }
    }

    @Provide
    Arbitrary<String> numbers() {
        return Arbitraries.oneOf(
                Arbitraries.integers().between(-5, 250).map(String::valueOf),
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.bigIntegers().map(String::valueOf),
                Arbitraries.strings().withChars("0123456789+-.eE \u0661\u0967\uff11\u00b2").ofMaxLength(6),
                Combinators.combine(Arbitraries.of("", "+", "-", "0", "00", " "), Arbitraries.integers().between(0, 201), Arbitraries.of("", ".0", "e0", " ", "\n", "_0", "L"))
                        .as((before, number, after) -> before + number + after));
    }
}
