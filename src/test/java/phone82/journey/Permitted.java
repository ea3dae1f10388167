package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import phone82.Context;
import phone82.OpenApi;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The input that the contract of a context permits, compared with the columns named like its fields. */
final class Permitted {

    /** Fields that are stored within another value, with the prefix of that value. */
    private static final Map<String, String> STORED_IN = Map.of("note", "reason", "reason", "pauseReason");
    private static final String BEFORE_A_NOTE = "settled by hand: ";

    /** Fields whose id or time is not from a request. */
    private static final Set<String> NO_INPUT = Set.of("outbox", "outbox_relay", "stuck_watch", "saga");

    private Permitted() {
    }

    /** The schemas of all fields and parameters of the context's requests. */
    static Map<String, JsonNode> fields(Context context) {
        JsonNode contract = OpenApi.document(context.id());
        Map<String, JsonNode> fields = new HashMap<>();
        contract.path("paths").valueStream().flatMap(JsonNode::valueStream).forEach(operation -> {
            operation.path("parameters").forEach(parameter -> fields.put(parameter.path("name").asText(), parameter.path("schema")));
            JsonNode body = operation.at("/requestBody/content/application~1json/schema");
            JsonNode schema = body.has("$ref") ? contract.at(body.get("$ref").asText().substring(1)) : body;
            schema.path("properties").properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        });
        return fields;
    }

    /** The faults of the fields that have a column; empty if the columns hold all that the contract permits. */
    static Map<String, String> tooNarrow(Map<String, JsonNode> fields, Connection database) throws SQLException {
        boolean units = database.getMetaData().getDatabaseProductName().startsWith("HSQL");
        Map<String, String> faults = new HashMap<>();
        try (ResultSet column = database.getMetaData().getColumns(null, null, null, null)) {
            while (column.next()) {
                String schema = column.getString("TABLE_SCHEM").toLowerCase(Locale.ROOT);
                if (!schema.equals("public") || NO_INPUT.contains(column.getString("TABLE_NAME").toLowerCase(Locale.ROOT))) {
                    continue;
                }
                for (Map.Entry<String, JsonNode> field : fields.entrySet()) {
                    if (plain(STORED_IN.getOrDefault(field.getKey(), field.getKey())).equals(plain(column.getString("COLUMN_NAME")))) {
                        String fault = fault(field.getKey(), field.getValue(), column.getInt("DATA_TYPE"), column.getInt("COLUMN_SIZE"), units);
                        faults.merge(field.getKey(), fault.isEmpty() ? "" : column.getString("TABLE_NAME") + "." + column.getString("COLUMN_NAME") + " " + fault, String::concat);
                    }
                }
            }
        }
        return faults;
    }

    private static String fault(String name, JsonNode field, int type, int size, boolean units) {
        return switch (type) {
            case Types.VARCHAR -> {
                boolean ascii = field.path("pattern").asText().startsWith("^[\\x20-\\x7E]") || field.has("enum");
                int longest = field.path("maxLength").asInt(20) * (units && !ascii ? 2 : 1) + (name.equals("note") ? BEFORE_A_NOTE.length() : 0);
                yield size < longest ? "holds " + size + " of " + longest : "";
            }
            case Types.INTEGER -> field.path("maximum").asLong(Long.MAX_VALUE) > Integer.MAX_VALUE ? "is an integer" : "";
            case Types.BIGINT -> "";
            default -> "is of type " + type;
        };
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[_-]", "");
    }
}
