package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import phone82.platform.api.Json;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A Keycloak server with the realm that {@code src/docs/identity.md} imports, three customers, staff, and a program. */
final class Keycloak implements AutoCloseable {

    static final String CLIENT_SECRET = "secret-of-the-gateway";
    private static final String PROGRAM = "importer";
    private static final String PROGRAM_SECRET = "secret-of-the-importer";
    private static final String ADMIN = "admin";
    private static final Map<String, String> ROLES = Map.of("kim", "customer", "ann", "customer", "bob", "customer", "park", "dealer", "lee", "operator");
    private static final Path DISTRIBUTION = Path.of(System.getProperty("keycloak"));

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();
    private final int port;
    private final String shop;
    private final Path log;
    private Process process;

    /** @param shop the gateway's URL */
    Keycloak(int port, String shop, Path log) throws IOException {
        this.port = port;
        this.shop = shop;
        this.log = log;
        Path data = DISTRIBUTION.resolve("data");
        if (Files.exists(data)) {
            try (Stream<Path> old = Files.walk(data)) {
                for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        Files.writeString(Files.createDirectories(data.resolve("import")).resolve("phone82.json"), realm().toPrettyString());
    }

    /** The documented realm; an issuer that ends a session whose refresh token is used twice; and users. */
    private static ObjectNode realm() throws IOException {
        ObjectNode realm = (ObjectNode) Json.read(Files.readAllBytes(Path.of("src/docs/keycloak-realm.json")));
        realm.put("revokeRefreshToken", true).put("refreshTokenMaxReuse", 0);
        ObjectNode gateway = (ObjectNode) realm.withArray("clients").get(0);
        ArrayNode users = realm.withArray("users");
        ROLES.forEach((name, role) -> {
            ObjectNode user = users.addObject().put("username", name).put("enabled", true).put("email", name + "@example.com").put("emailVerified", true)
                    .put("firstName", name.substring(0, 1).toUpperCase() + name.substring(1)).put("lastName", "Example");
            user.putArray("credentials").addObject().put("type", "password").put("value", password(name));
            user.putArray("realmRoles").add(role);
        });
        users.addObject().put("username", "service-account-" + PROGRAM).put("enabled", true).put("serviceAccountClientId", PROGRAM)
                .putArray("realmRoles").add("customer");
        ObjectNode program = realm.withArray("clients").addObject().put("clientId", PROGRAM).put("secret", PROGRAM_SECRET)
                .put("publicClient", false).put("standardFlowEnabled", false).put("serviceAccountsEnabled", true);
        program.set("protocolMappers", gateway.get("protocolMappers"));
        return realm;
    }

    static String password(String user) {
        return "password of " + user;
    }

    String issuer() {
        return "http://localhost:" + port + "/realms/phone82";
    }

    /** Returns when it answers. */
    void start() throws IOException {
        ProcessBuilder server = new ProcessBuilder(DISTRIBUTION.resolve("bin/kc.sh").toString(), "start-dev", "--http-host=localhost",
                "--http-port=" + port, "--import-realm")
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        server.environment().putAll(Map.of("JAVA_HOME", System.getProperty("java.home"), "JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx512m",
                "KC_BOOTSTRAP_ADMIN_USERNAME", ADMIN, "KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN,
                "PHONE82_IDENTITY_PUBLIC_URL", shop, "PHONE82_IDENTITY_CLIENT_SECRET", CLIENT_SECRET));
        process = server.start();
        await().atMost(Duration.ofMinutes(4)).pollInterval(Duration.ofMillis(200)).ignoreExceptionsInstanceOf(IOException.class)
                .failFast(() -> assertThat(process.isAlive()).as(() -> log()).isTrue())
                .until(() -> http.send(HttpRequest.newBuilder(URI.create(issuer() + "/.well-known/openid-configuration")).build(),
                        BodyHandlers.discarding()).statusCode() == 200);
    }

    private String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        process.waitFor();
        await().until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** A token of the program. */
    String token() throws IOException, InterruptedException {
        return token("phone82", "grant_type=client_credentials&client_id=" + PROGRAM + "&client_secret=" + PROGRAM_SECRET);
    }

    void setEnabled(String user, boolean enabled) throws IOException, InterruptedException {
        ObjectNode found = (ObjectNode) admin("GET", "/users?exact=true&username=" + user, null).get(0);
        admin("PUT", "/users/" + found.get("id").asText(), found.put("enabled", enabled));
    }

    void addRole(String user, String role) throws IOException, InterruptedException {
        admin("POST", "/users/" + id(user) + "/role-mappings/realm", List.of(admin("GET", "/roles/" + role, null)));
    }

    void removeRole(String user, String role) throws IOException, InterruptedException {
        admin("DELETE", "/users/" + id(user) + "/role-mappings/realm", List.of(admin("GET", "/roles/" + role, null)));
    }

    /** Ends all sessions of a user. */
    void logOut(String user) throws IOException, InterruptedException {
        admin("POST", "/users/" + id(user) + "/logout", null);
    }

    /** Signs new tokens with a new key. */
    void rotateKey() throws IOException, InterruptedException {
        admin("POST", "/components", Map.of("name", "new key", "providerId", "rsa-generated", "providerType", "org.keycloak.keys.KeyProvider",
                "config", Map.of("priority", List.of("200"), "enabled", List.of("true"), "active", List.of("true"), "algorithm", List.of("RS256"))));
    }

    private String id(String user) throws IOException, InterruptedException {
        return admin("GET", "/users?exact=true&username=" + user, null).get(0).get("id").asText();
    }

    private JsonNode admin(String method, String path, Object body) throws IOException, InterruptedException {
        String token = token("master", "grant_type=password&client_id=admin-cli&username=" + ADMIN + "&password=" + ADMIN);
        return send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/admin/realms/phone82" + path))
                .header("Authorization", "Bearer " + token).header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.text(body))));
    }

    private String token(String realm, String form) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/realms/" + realm + "/protocol/openid-connect/token"))
                .header("Content-Type", "application/x-www-form-urlencoded").POST(BodyPublishers.ofString(form))).get("access_token").asText();
    }

    private JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = http.send(request.build(), BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).as(() -> answer.uri() + " answers " + new String(answer.body())).isBetween(200, 299);
        return answer.body().length == 0 ? Json.MAPPER.nullNode() : Json.read(answer.body());
    }

    @Override
    public void close() throws InterruptedException {
        if (process != null) {
            kill();
        }
    }
}
