package phone82.platform.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

import java.io.IOException;
import java.nio.ByteBuffer;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Reads and writes JSON: ISO times, no null fields, ambiguous input refused. */
public final class Json {

    public static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .serializationInclusion(JsonInclude.Include.NON_NULL)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private static final ObjectReader NUMBERS_REQUIRED = MAPPER.reader().with(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    private Json() {
    }

    /**
     * @throws IOException if the bytes are not one JSON document in UTF-8; Jackson alone would also detect UTF-16 and UTF-32, and accept
     * overlong forms
     */
    public static JsonNode read(byte[] json) throws IOException {
        return MAPPER.readTree(UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString());
    }

    /** @throws IllegalArgumentException if the value cannot be written as JSON */
    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value, e);
        }
    }

    /** @throws IllegalArgumentException if the value cannot be written as JSON */
    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value, e);
        }
    }

    /**
     * Reads an object of a type that another program may have written in another version.
     *
     * @throws IllegalArgumentException if it is not of that type, also if a primitive component is missing, which would become 0
     */
    public static <T> T read(String json, Class<T> type) {
        try {
            return NUMBERS_REQUIRED.forType(type).readValue(json);
        } catch (JsonProcessingException e) {
            String at = e instanceof JsonMappingException mapping && !mapping.getPath().isEmpty() ? mapping.getPath().get(0).getFieldName() + ": " : "";
            throw new IllegalArgumentException("not a " + type.getSimpleName() + ": " + at + e.getOriginalMessage(), e);
        }
    }
}
