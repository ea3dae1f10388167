package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import phone82.platform.api.Json;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Generator of requests for one operation, each from its own seed: a valid request of the contract, then possibly with faults.
 * The end of a request is always unambiguous, so that requests can follow each other on one connection.
 */
final class Fuzz {

    private static final String[] METHODS = {"GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE", "get", "X", "PROPFIND"};
    private static final String[] NUMBERS = {"0", "-1", "1", "2", "200", "201", "2147483647", "2147483648", "-2147483649", "9223372036854775807",
            "9223372036854775808", "1e3", "1.0", "1.5", "-0", "00", "01", "+1", "0x1", "NaN", "Infinity", "1_000", "\u0661", "1e400", "-1e-400", "1".repeat(300)};
    private static final String[] TEXTS = {"", " ", "note20", "' or '1'='1", "\"", "\\", "%", "_", "null", "true", "<script>", "${7*7}", "{{x}}", "#{1}",
            "../..", "\u0000", "\u0007", "\r\n", "\t", "\u00fc", "\u20ac", "\uac24\ub7ed\uc2dc", "\ud83d\ude00", "\u202e", "\u2028", "\ufeff", "\uffff", "a\u0301",
            "x".repeat(100), "x".repeat(101), "x".repeat(3000), "Shipped", "shipped", "sim-decline", "sim-slow-x", "sim-slow-99999999999", "sim-capture-away-x"};
    private static final String[] TYPES = {"application/json", "application/json; charset=utf-8", "application/json;charset=x", "application/json;",
            "Application/JSON", "text/plain", "text/html", "application/xml", "multipart/form-data; boundary=x", "multipart/form-data",
            "application/x-www-form-urlencoded", "application/octet-stream", "application/x-java-serialized-object", "json", "/", ";", ",", "a/b/c", "*/*",
            "application/json, text/plain", "application/problem+json", "\"", "application/json; charset=\"", "application/json; charset=utf-16"};
    private static final String[] NAMES = {"Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "User-Agent", "Content-Type", "Content-Encoding",
            "Idempotency-Key", "traceparent", "tracestate", "Authorization", "Cookie", "Connection", "Keep-Alive", "Upgrade", "Expect", "Range", "If-Match",
            "If-None-Match", "If-Modified-Since", "Referer", "Origin", "X-Client-IP", "X-HTTP-Method-Override", "TE",
            "Trailer", "Date", "From", "Max-Forwards", "Proxy-Authorization", "Long-Running-Action", "CamelHttpResponseCode", "CamelHttpPath", "CamelHttpUri",
            "CamelBeanMethodName", "breadcrumbId", "id", "orderId", "size", "after", "Host2", "X"};
    private static final String[] VALUES = {"", "*/*", "application/json", "text/html;q=0.9", "text/html;q=x", ";", ",", ";;;", "=", "q=1", "a;b;c=d;e=\"f", "gzip",
            "gzip;q=0", "identity", "utf-16", "ko", "x-", "HTTPie/3.2.1", "HTTPie/", "close", "keep-alive", "Upgrade", "websocket", "h2c", "100-continue",
            "bytes=0-", "W/\"x\"", "*", "null", "-1", "0", "99999999999999999999", "http://localhost:1/", "Basic x", "Basic", "Bearer", "a=b; c", "0; url=x",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-x-y-01", "\u00fc", "\u0080", "x\ty", "x".repeat(256), "x".repeat(1000)};

    private final String method;
    private final String path;
    private final JsonNode operation;
    private final JsonNode document;

    Fuzz(String method, String path, JsonNode operation, JsonNode document) {
        this.method = method;
        this.path = path;
        this.operation = operation;
        this.document = document;
    }

    /** A request, and whether it may still be valid. */
    record Request(String method, byte[] bytes, boolean closes) {

        @Override
        public String toString() {
            return new String(bytes, ISO_8859_1);
        }
    }

    Request request(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        String chosen = method;
        String target = target(random);
        List<String> headers = new ArrayList<>();
        headers.add("Host: shop");
        byte[] body = operation.has("requestBody") ? body(random) : new byte[0];
        String type = "application/json";
        for (int faults = random.nextInt(4); faults > 0; faults--) {
            switch (random.nextInt(9)) {
                case 0 -> chosen = any(random, METHODS);
                case 1 -> target = target + any(random, "/", "/1", "/x", "/.", "/..", "//", "%2f", "%00", ".json", ";x=1", "\\", "/" + escaped(any(random, TEXTS)));
                case 2, 3 -> target = target + (target.indexOf('?') < 0 ? "?" : any(random, "&", ";", "?")) + query(random);
                case 4, 5 -> headers.add(header(random));
                case 6 -> type = any(random, TYPES);
                case 7 -> type = null;
                default -> body = anyBody(random, body);
            }
        }
        if (type != null && body.length > 0) {
            headers.add("Content-Type: " + type);
        }
        boolean chunked = body.length > 0 && random.nextInt(4) == 0;
        if (chunked) {
            headers.add("Transfer-Encoding: chunked");
            body = chunked(random, body);
        } else if (body.length > 0 || random.nextInt(4) == 0) {
            headers.add("Content-Length: " + body.length);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes((chosen + " " + target + " HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\n\r\n").getBytes(UTF_8));
        bytes.writeBytes(body);
        return new Request(chosen, bytes.toByteArray(), headers.stream().anyMatch(header -> header.toLowerCase(Locale.ROOT).startsWith("connection: close")));
    }

    private String target(SplittableRandom random) {
        StringBuilder target = new StringBuilder();
        for (String segment : path.substring(1).split("/")) {
            target.append('/').append(!segment.startsWith("{") ? segment
                    : switch (random.nextInt(4)) {
                        // an order that does not exist: other tests cover those that do
                        case 0, 1 -> String.valueOf(1_000_000_000L + random.nextInt(1_000_000));
                        case 2 -> escaped(any(random, NUMBERS)).replaceFirst("^[12]$", "3000000000");
                        default -> escaped(any(random, TEXTS));
                    });
        }
        char mark = '?';
        for (JsonNode parameter : operation.path("parameters")) {
            if (parameter.path("in").asText().equals("query") && random.nextInt(3) == 0) {
                target.append(mark).append(parameter.path("name").asText()).append('=').append(value(random, parameter.path("schema")));
                mark = '&';
            }
        }
        return target.toString();
    }

    /** Mostly of the right type. */
    private static String value(SplittableRandom random, JsonNode schema) {
        if (schema.has("enum") && random.nextInt(3) > 0) {
            return schema.get("enum").get(random.nextInt(schema.get("enum").size())).asText();
        }
        return "integer".equals(schema.path("type").asText()) && random.nextInt(3) > 0
                ? String.valueOf(random.nextInt(-1, 220)) : escaped(any(random, random.nextBoolean() ? TEXTS : NUMBERS));
    }

    private String query(SplittableRandom random) {
        List<String> names = new ArrayList<>(List.of("size", "after", "status", "item", "id", "orderId", "x", "", "Content-Type", "traceparent", "Idempotency-Key",
                "CamelHttpPath", "bridgeEndpoint", "%73ize"));
        operation.path("parameters").forEach(parameter -> names.add(parameter.path("name").asText()));
        String name = names.get(random.nextInt(names.size()));
        return switch (random.nextInt(8)) {
            case 0 -> name;
            case 1 -> name + "=" + any(random, "%", "%4", "%zz", "%ff", "%c0%af", "%ed%a0%80", "%00", "%0d%0a", "%u1234", "+", "&&", "=", "==", "#", "\"", "<", "{}", "|", "^", "`", "\u00fc", "\u0001");
            case 2 -> name + "=1&" + name + "=2";
            default -> name + "=" + escaped(any(random, random.nextBoolean() ? TEXTS : NUMBERS));
        };
    }

    private static String header(SplittableRandom random) {
        String name = random.nextInt(20) == 0 ? any(random, "", "x".repeat(300), "X Y", "X(", "\u00fc", "X\t") : any(random, NAMES);
        return name + any(random, ": ", ": ", ": ", ":", ":\t", " : ") + (random.nextInt(20) == 0
                ? any(random, "\u0000", "a\u0000b", "\u007f", "\u001b[0m", "x".repeat(9000), "a\r\n b") : any(random, VALUES));
    }

    private byte[] body(SplittableRandom random) {
        JsonNode schema = resolved(operation.at("/requestBody/content/application~1json/schema"));
        ObjectNode body = Json.MAPPER.createObjectNode();
        schema.path("properties").fields().forEachRemaining(property -> {
            JsonNode definition = property.getValue();
            if ("integer".equals(definition.path("type").asText())) {
                body.put(property.getKey(), random.nextInt(definition.path("minimum").asInt(), definition.path("maximum").asInt() + 1));
            } else {
                // even a valid order is mostly declined, to keep the number of orders small
                body.put(property.getKey(), random.nextInt(10) > 0 ? "sim-decline" : "fuzz");
            }
        });
        if (random.nextInt(3) > 0 && body.size() > 0) {
            spoil(random, body);
        }
        return Json.bytes(body);
    }

    private static void spoil(SplittableRandom random, ObjectNode body) {
        List<String> names = new ArrayList<>();
        body.fieldNames().forEachRemaining(names::add);
        String name = names.get(random.nextInt(names.size()));
        switch (random.nextInt(9)) {
            case 0 -> body.remove(name);
            case 1 -> body.putNull(name);
            case 2 -> body.put(name, any(random, TEXTS));
            case 3 -> body.put(name, random.nextBoolean());
            case 4 -> body.putArray(name).add(1);
            case 5 -> body.putObject(name).put(any(random, TEXTS), 1);
            case 6 -> body.put(any(random, "price", "status", "id", "", "$ref", "__proto__", "class", "@type", "x".repeat(500), "\u0000", "\ud83d\ude00"), 1);
            case 7 -> body.put(name, random.nextLong());
            default -> body.put(name, random.nextDouble() * 1e20);
        }
    }

    private static byte[] anyBody(SplittableRandom random, byte[] body) {
        String text = new String(body, UTF_8);
        return switch (random.nextInt(14)) {
            case 0 -> new byte[0];
            case 1 -> text.substring(0, random.nextInt(text.length() + 1)).getBytes(UTF_8);
            case 2 -> (text + any(random, " ", "\n", "x", "{}", "]", "\u0000")).getBytes(UTF_8);
            case 3 -> text.getBytes(UTF_16);
            case 4 -> ("\ufeff" + text).getBytes(UTF_8);
            case 5 -> any(random, NUMBERS).getBytes(UTF_8);
            case 6 -> ("\"" + any(random, TEXTS) + "\"").getBytes(UTF_8);
            case 7 -> any(random, "null", "true", "[]", "{}", "[{}]", "{\"\":{}}", "{\"item\":\"a\",\"item\":\"b\",\"qty\":1}", "<x/>", "item=note20&qty=1", "--x\r\n\r\n--x--\r\n").getBytes(UTF_8);
            case 8 -> any(random, "[", "{\"a\":").repeat(random.nextInt(1, 9000)).getBytes(UTF_8);
            case 9 -> ("{\"item\":\"" + any(random, "\\ud800", "\\u0000", "\\x", "\\", "\u0001", "\\u00e9", "\\ud83d\\ude00") + "\",\"qty\":1}").getBytes(UTF_8);
            case 10 -> ("{\"item\":\"sim-decline\",\"qty\":" + any(random, NUMBERS) + "}").getBytes(UTF_8);
            case 11 -> ("{\"item\":\"caf\u00e9\",\"qty\":1}").getBytes(ISO_8859_1);
            case 12 -> new byte[random.nextInt(1, 70_000)];
            default -> {
                byte[] noise = new byte[random.nextInt(1, 300)];
                random.nextBytes(noise);
                yield noise;
            }
        };
    }

    private static byte[] chunked(SplittableRandom random, byte[] body) {
        ByteArrayOutputStream chunks = new ByteArrayOutputStream();
        for (int from = 0; from < body.length; ) {
            int size = Math.min(body.length - from, random.nextInt(1, Math.max(2, body.length)));
            chunks.writeBytes((Integer.toHexString(size) + any(random, "", "", ";x", ";x=y", ";x=\"y\"") + "\r\n").getBytes(UTF_8));
            chunks.write(body, from, size);
            chunks.writeBytes("\r\n".getBytes(UTF_8));
            from += size;
        }
        chunks.writeBytes(any(random, "0\r\n\r\n", "0\r\n\r\n", "0\r\nX: y\r\n\r\n", "000\r\n\r\n").getBytes(UTF_8));
        return chunks.toByteArray();
    }

    /** Percent-encoded where necessary. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : text.getBytes(UTF_8)) {
            boolean plain = b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '-' || b == '.' || b == '_';
            escaped.append(plain ? String.valueOf((char) b) : String.format("%%%02x", b));
        }
        return escaped.toString();
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").asText().substring(1)) : node;
    }

    private static String any(SplittableRandom random, String... values) {
        return values[random.nextInt(values.length)];
    }
}
