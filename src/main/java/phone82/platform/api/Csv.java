package phone82.platform.api;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes rows as CSV (RFC 4180) with a header line. */
public final class Csv {

    public static final String MEDIA_TYPE = "text/csv";

    /** The start of a text that a spreadsheet would take for a formula. */
    private static final Pattern FORMULA = Pattern.compile("[=+\\-@\\t\\r\uff1d\uff0b\uff0d\uff20]");
    private static final Pattern SPECIAL = Pattern.compile("[\",\\r\\n]|^\\s|\\s$");
    private static final String END_OF_LINE = "\r\n";

    private Csv() {
    }

    /** @param columns the fields of the rows, in their order; a row without one of them has an empty cell */
    public static String of(List<String> columns, List<?> rows) {
        StringBuilder csv = new StringBuilder(String.join(",", columns)).append(END_OF_LINE);
        for (Object row : rows) {
            JsonNode json = Json.MAPPER.valueToTree(row);
            csv.append(columns.stream().map(column -> cell(json.path(column))).collect(Collectors.joining(","))).append(END_OF_LINE);
        }
        return csv.toString();
    }

    private static String cell(JsonNode value) {
        String text = value.asText();
        if (value.isTextual() && FORMULA.matcher(text).lookingAt()) {
            text = "'" + text;
        }
        return SPECIAL.matcher(text).find() ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
