package phone82.platform.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.vertx.core.http.HttpServerRequest;
import org.springframework.core.io.Resource;
import phone82.platform.api.Csv;
import phone82.platform.api.Json;
import phone82.platform.api.PlainText;
import phone82.platform.api.Problem;
import phone82.platform.api.Problem.Fault;
import phone82.platform.identity.Caller;
import phone82.platform.identity.Sender;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The API contract of a context: its OpenAPI document, with validators for every request. Each operation must declare who may call it. */
public class Contract {

    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch", "head", "options");

    /** Semicolons separate parameters only in old HTML forms. */
    static final boolean SEMICOLON_IS_DATA = true;

    /** A whole number of hardly more than 64 bits as JSON writes it; stricter than most number parsers. */
    private static final Pattern NUMBER = Pattern.compile("0|-?[1-9][0-9]{0,18}");
    private static final String WHOLE_NUMBER = "must be a whole number of at most 64 bits in decimal digits, without a plus, leading zeros, fraction or exponent";
    /** Most UTF-16 units of a text per character that it may have: composing takes quadratic time. One character is composed of at most 6. */
    private static final int MOST_UNITS = 10;
    /** Most faults that are shown of a body. */
    private static final int MOST_FAULTS = 20;
    /** Prefix of the security schemes that stand for contexts. */
    private static final String SERVICE = "service-";

    /** In a context's document: the names of the documents in {@code routes/shared/} that complete it. */
    private static final String SHARED = "x-shared";
    private static final YAMLMapper YAML = new YAMLMapper();

    private final JsonNode document;
    private final Map<String, Operation> operations = new HashMap<>();

    /**
     * Reads the contract of a context: its document, completed by the shared documents that it names.
     *
     * @throws IllegalArgumentException if two documents define the same
     */
    public static Contract of(String context, Resource openApi) throws IOException {
        ObjectNode document = (ObjectNode) read(openApi.getInputStream());
        for (JsonNode name : document.path(SHARED)) {
            String shared = openApi.createRelative("../shared/" + name.asText() + ".openapi.yaml").getContentAsString(UTF_8);
            JsonNode more = YAML.readTree(shared.replace("{{phone82.context}}", context));
            // each document may define a part of an operation, but only a whole component
            complete("paths", document.withObjectProperty("paths"), more.path("paths"), 2);
            complete("components", document.withObjectProperty("components"), more.path("components"), 1);
        }
        document.remove(SHARED);
        return new Contract(document);
    }

    /** @param openApi an OpenAPI document in YAML; closed when read */
    public Contract(InputStream openApi) throws IOException {
        this(read(openApi));
    }

    private static JsonNode read(InputStream openApi) throws IOException {
        try (openApi) {
            return YAML.readTree(openApi);
        }
    }

    private Contract(JsonNode document) {
        this.document = document;
        String base = "urn:contract";
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012,
                builder -> builder.schemaLoaders(loaders -> loaders.schemas(Map.of(base, Json.text(document)))));
        document.get("paths").fields().forEachRemaining(path -> path.getValue().fields().forEachRemaining(method -> {
            if (METHODS.contains(method.getKey())) {
                String pointer = "#/paths/" + path.getKey().replace("~", "~0").replace("/", "~1").replace("{", "%7B")
                        .replace("}", "%7D") + "/" + method.getKey();
                Operation operation = new Operation(path.getKey(), method.getKey(), method.getValue(), roles(method.getValue()),
                        properties(method.getValue()), csvColumns(method.getValue()),
                        at -> factory.getSchema(SchemaLocation.of(base + pointer + at)));
                operations.put(operation.id, operation);
            }
        }));
    }

    /** @param levels the levels of names that may be in both documents; below them all names must differ */
    private static void complete(String at, ObjectNode own, JsonNode shared, int levels) {
        shared.properties().forEach(part -> {
            String place = at + " " + part.getKey();
            JsonNode present = own.putIfAbsent(part.getKey(), part.getValue());
            if (present != null && levels == 0) {
                throw new IllegalArgumentException("defined both by the context and by a shared contract: " + place);
            }
            if (present != null) {
                complete(place, (ObjectNode) present, part.getValue(), levels - 1);
            }
        });
    }

    /** Returns the roles in the security requirements of an operation; empty if it is public. */
    private Set<String> roles(JsonNode operation) {
        JsonNode security = operation.path("security");
        if (!security.isArray()) {
            throw new IllegalArgumentException(operation.path("operationId").asText() + " does not declare who may call it; add security, [] if it is public");
        }
        Set<String> roles = new TreeSet<>();
        for (JsonNode requirement : security) {
            if (requirement.size() != 1 || !document.at("/components/securitySchemes").has(requirement.fieldNames().next())) {
                throw new IllegalArgumentException(operation.path("operationId").asText() + ": each security requirement must be one declared scheme");
            }
            roles.add(role(requirement.fieldNames().next()));
        }
        if (roles.stream().anyMatch(Caller.PEOPLE::contains) && !Caller.PEOPLE.containsAll(roles)) {
            throw new IllegalArgumentException(operation.path("operationId").asText() + ": an operation is for users or for contexts, not for both");
        }
        return roles;
    }

    /** Converts a scheme's name to a role; OpenAPI names must not contain the colon of a context's role. */
    private static String role(String scheme) {
        return scheme.startsWith(SERVICE) ? Sender.service(scheme.substring(SERVICE.length())) : scheme;
    }

    /** Returns the fields of the rows of a list that is offered as CSV, too; empty for any other operation. */
    private List<String> csvColumns(JsonNode operation) {
        JsonNode content = operation.at("/responses/200/content");
        JsonNode page = content.has(Csv.MEDIA_TYPE) ? resolved(content.at("/application~1json/schema")) : content;
        List<String> columns = new ArrayList<>();
        resolved(page.at("/properties/items/items")).path("properties").fieldNames().forEachRemaining(columns::add);
        return columns;
    }

    private JsonNode resolved(JsonNode schema) {
        return schema.has("$ref") ? document.at(schema.get("$ref").asText().substring(1)) : schema;
    }

    private Map<String, JsonNode> properties(JsonNode operation) {
        Map<String, JsonNode> properties = new TreeMap<>();
        resolved(operation.at("/requestBody/content/application~1json/schema")).path("properties").fields().forEachRemaining(property -> properties.put(property.getKey(), property.getValue()));
        return properties;
    }

    public JsonNode document() {
        return document;
    }

    /** Returns the roles that may call this operation; empty if it is public. */
    public Set<String> roles(String operationId) {
        return operation(operationId).roles;
    }

    Operation operation(String id) {
        return operations.get(id);
    }

    /**
     * Finds the operation for this path and method.
     *
     * @throws Problem 404 or 405
     */
    Operation admit(String method, String path) {
        Set<String> allowed = new TreeSet<>();
        for (Operation operation : operations.values()) {
            if (operation.path.matcher(path).matches()) {
                if (operation.method.equals(method)) {
                    return operation;
                }
                allowed.add(operation.method);
            }
        }
        if (allowed.isEmpty()) {
            throw new Problem(404, "Not found", "There is nothing at this path.");
        }
        throw notAllowed(allowed);
    }

    boolean covers(String path) {
        return operations.values().stream().anyMatch(operation -> operation.path.matcher(path).matches());
    }

    /** @param methods the allowed methods; HEAD is added if GET is among them */
    static Problem notAllowed(Collection<String> methods) {
        Set<String> allowed = new TreeSet<>(methods);
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        String list = String.join(", ", allowed);
        return new Problem(405, "Method not allowed", "Use " + list + " here.").header("Allow", list);
    }

    /**
     * Returns the typed parameters of a request that is handled without a route; missing parameters are left out.
     *
     * @throws Problem 400 naming every fault
     */
    public Map<String, Object> parameters(String operationId, HttpServerRequest request) {
        Map<String, Object> values = new HashMap<>();
        List<Fault> faults = new ArrayList<>();
        for (Parameter parameter : operation(operationId).parameters) {
            String text = parameter.in.equals("header") ? request.getHeader(parameter.name)
                    : request.params(SEMICOLON_IS_DATA).get(parameter.name);
            Object value = parameter.value(text, faults);
            if (value != null) {
                values.put(parameter.name, value);
            }
        }
        if (!faults.isEmpty()) {
            throw invalid(faults);
        }
        return values;
    }

    static Problem invalid(List<Fault> faults) {
        return new Problem(400, "Invalid request", "The request violates the API contract; see errors for each fault.", faults);
    }

    /** One operation with the validators of its parameters and body. */
    static final class Operation {

        final String id;
        /** The roles that may call the operation. */
        final Set<String> roles;
        private final Pattern path;
        private final String method;
        final List<Parameter> parameters = new ArrayList<>();
        private final JsonSchema body;
        private final boolean bodyRequired;
        private final boolean audited;
        /** Place of the first parameter in the path; zero if there is none. */
        private final int target;
        private final Map<String, JsonNode> properties;
        /** The columns of the answer as CSV; empty if it is always JSON. */
        final List<String> csvColumns;

        Operation(String template, String method, JsonNode operation, Set<String> roles, Map<String, JsonNode> properties, List<String> csvColumns,
                  Function<String, JsonSchema> schemas) {
            this.roles = roles;
            this.csvColumns = csvColumns;
            this.properties = properties;
            this.id = operation.required("operationId").asText();
            this.path = Pattern.compile(template.replaceAll("\\{[^}]+}", "[^/]+"));
            this.method = method.toUpperCase(Locale.ROOT);
            this.audited = !method.equals("get") && operation.path("x-audit").asBoolean(true);
            String[] parts = template.split("/");
            this.target = IntStream.range(0, parts.length).filter(i -> parts[i].startsWith("{")).findFirst().orElse(0);
            JsonNode declared = operation.path("parameters");
            for (int i = 0; i < declared.size(); i++) {
                parameters.add(new Parameter(declared.get(i), schemas.apply("/parameters/" + i + "/schema")));
            }
            JsonNode content = operation.at("/requestBody/content/application~1json");
            body = content.isMissingNode() ? null : schemas.apply("/requestBody/content/application~1json/schema");
            bodyRequired = operation.at("/requestBody/required").asBoolean();
        }

        boolean isPublic() {
            return roles.isEmpty();
        }

        /** Whether the audit records each request, and not only refusals: it changes something, and is not a part of another recorded request. */
        boolean isAudited() {
            return audited;
        }

        /** Returns the id of the object in the path of a request; null if there is none. */
        String target(String path) {
            return target == 0 ? null : path.split("/")[target];
        }

        /** Whether users call the operation; then each request has a user as its caller. */
        boolean isForUsers() {
            return roles.stream().anyMatch(Caller.PEOPLE::contains);
        }

        boolean takesBody() {
            return body != null;
        }

        /**
         * @param numbersAsText whether the client sends numbers as text: then text that is a whole number is converted
         * @return the body as JSON, or null if none is sent and none is required
         * @throws Problem 400 if the body is not JSON, 415 for another media type, 422 naming every fault
         */
        JsonNode body(byte[] bytes, String contentType, boolean numbersAsText) {
            if (bytes == null || bytes.length == 0) {
                if (bodyRequired) {
                    throw new Problem(400, "Body missing", "Send a JSON object as the body of the request.");
                }
                return null;
            }
            if (contentType == null || !contentType.toLowerCase(Locale.ROOT).matches("application/json\\s*(;.*)?")) {
                throw new Problem(415, "Unsupported media type", "Send the body as application/json.");
            }
            JsonNode json;
            try {
                json = Json.read(bytes);
            } catch (IOException e) {
                throw new Problem(400, "Malformed JSON", "The body is not a well-formed JSON document.");
            }
            if (json.isMissingNode()) {
                throw new Problem(400, "Malformed JSON", "The body is blank; send a JSON object.");
            }
            List<Fault> faults = new ArrayList<>();
            if (json instanceof ObjectNode object) {
                properties.forEach((name, schema) -> normalise(object, name, schema, numbersAsText, faults));
            }
            Set<ValidationMessage> messages = body.validate(json);
            int number = faults.size() + messages.size();
            if (number > 0) {
                messages.stream().limit(Math.max(0, MOST_FAULTS - faults.size())).map(Contract::fault).forEach(faults::add);
                throw new Problem(422, "Invalid request", "The body violates the API contract; see errors for "
                        + (number > MOST_FAULTS ? "the first " + MOST_FAULTS + " faults." : "each fault."), faults);
            }
            return json;
        }

        /** Converts values to the form in which they are validated and stored. */
        private static void normalise(ObjectNode body, String name, JsonNode schema, boolean numbersAsText, List<Fault> faults) {
            JsonNode value = body.path(name);
            if (isText(schema) && value.isTextual()) {
                body.put(name, text(name, value.textValue(), schema, faults));
            } else if (isInteger(schema) && numbersAsText && value.isTextual() && NUMBER.matcher(value.textValue()).matches()) {
                body.put(name, new BigInteger(value.textValue()));
            } else if (isInteger(schema) && value.isFloatingPointNumber()) {
                // JSON Schema would accept 1.0 and 1e0 as whole numbers; as text they are refused
                body.put(name, value.asText());
            }
        }
    }

    /** A query, path or header parameter with the validator of its schema. */
    static final class Parameter {

        final String name;
        final String in;
        private final boolean integer;
        private final JsonNode declared;
        private final boolean required;
        private final JsonSchema schema;

        Parameter(JsonNode parameter, JsonSchema schema) {
            this.name = parameter.get("name").asText();
            this.in = parameter.get("in").asText();
            this.required = parameter.path("required").asBoolean();
            this.declared = parameter.path("schema");
            this.integer = isInteger(declared);
            this.schema = schema;
        }

        /** @return the typed value, null if it is absent or not a number; faults are added to the list */
        Object value(String text, List<Fault> faults) {
            if (text == null) {
                if (required) {
                    faults.add(new Fault(name, "is required"));
                }
                return null;
            }
            String meant = isText(declared) ? text(name, text, declared, faults) : text;
            JsonNode node = TextNode.valueOf(meant);
            if (integer) {
                if (!NUMBER.matcher(text).matches() || new BigInteger(text).bitLength() >= Long.SIZE) {
                    faults.add(new Fault(name, WHOLE_NUMBER));
                    return null;
                }
                node = LongNode.valueOf(Long.parseLong(text));
            }
            for (ValidationMessage message : schema.validate(node)) {
                faults.add(new Fault(name, fault(message).message()));
            }
            return integer ? (Object) node.longValue() : meant;
        }
    }

    private static boolean isInteger(JsonNode schema) {
        return "integer".equals(schema.path("type").asText());
    }

    private static boolean isText(JsonNode schema) {
        return PlainText.FORMAT.equals(schema.path("format").asText());
    }

    /** Returns the form in which a text is validated and stored; one that is far too long stays as it is, because its length is refused. */
    private static String text(String name, String value, JsonNode schema, List<Fault> faults) {
        if (value.length() > MOST_UNITS * schema.required("maxLength").asInt()) {
            return value;
        }
        if (!PlainText.isPlain(value)) {
            faults.add(new Fault(name, PlainText.RULE));
        }
        return PlainText.canonical(value);
    }

    private static Fault fault(ValidationMessage message) {
        String field = message.getProperty() != null ? message.getProperty()
                : message.getInstanceLocation().toString().replaceFirst("^[$/.]+", "");
        String text = message.getMessage();
        return new Fault(field.isEmpty() ? "body" : field, switch (message.getType()) {
            case "required" -> "is required";
            case "type" -> isInteger(message.getSchemaNode()) ? WHOLE_NUMBER : afterColon(text);
            case "pattern" -> "must be " + message.getSchemaNode().at("/x-expected").asText("in the format that the API contract defines");
            case "additionalProperties" -> "is not a field of this request";
            default -> afterColon(text);
        });
    }

    private static String afterColon(String text) {
        int colon = text.indexOf(": ");
        return colon >= 0 ? text.substring(colon + 2) : text;
    }
}
