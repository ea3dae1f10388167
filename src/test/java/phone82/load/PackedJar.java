package phone82.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** phone82 as somebody meets it: {@code java -jar}, on its default ports, through the gateway. */
final class PackedJar implements AutoCloseable {

    static final String ORDER = "{\"item\":\"abc123\",\"qty\":3}";

    private static final String PASSWORD = "of-the-measurement";
    private static final String LOGIN = Base64.getEncoder().encodeToString(("operator:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(2)).build();
    private final Path folder;
    private final Process process;
    private String token;

    PackedJar(Path folder, Path jar, List<String> jvm, List<String> options) throws IOException {
        this(folder, Path.of(System.getProperty("java.home")), jar, jvm, options);
    }

    /**
     * @param folder the working directory, in which it keeps its data
     * @param java   the folder of the JDK
     */
    PackedJar(Path folder, Path java, Path jar, List<String> jvm, List<String> options) throws IOException {
        this.folder = folder;
        List<String> command = new ArrayList<>(List.of(java.resolve("bin/java").toString()));
        command.addAll(jvm);
        command.addAll(List.of("-jar", jar.toAbsolutePath().toString(), "--phone82.operations.password=" + PASSWORD));
        command.addAll(options);
        process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
    }

    /** Sends this token from now on. */
    void login(String token) {
        this.token = token;
    }

    /** Asks until the first order is accepted, and returns it. */
    String firstOrder() {
        String[] first = {null};
        await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(50)).until(() -> {
            assertThat(process.isAlive()).as(() -> read(folder.resolve("log"))).isTrue();
            try {
                HttpResponse<String> answer = order();
                first[0] = answer.body();
                return answer.statusCode() == 201;
            } catch (IOException e) {
                return false;
            }
        });
        return id(first[0]);
    }

    HttpResponse<String> order() throws IOException, InterruptedException {
        return send(gateway("/orders").header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(ORDER)));
    }

    HttpResponse<String> cancel(String order) throws IOException, InterruptedException {
        return send(gateway("/orders/" + order).DELETE());
    }

    void get(String path) throws IOException, InterruptedException {
        assertThat(send(gateway(path)).statusCode()).isEqualTo(200);
    }

    boolean isShownAsShipped(String order) throws IOException, InterruptedException {
        return send(gateway("/history/" + order)).body().contains("\"status\":\"Shipped\"");
    }

    /** Opens the stream of events, and returns when it has begun. */
    void openStream() throws IOException, InterruptedException {
        try (InputStream stream = http.send(gateway("/history/stream").build(), HttpResponse.BodyHandlers.ofInputStream()).body()) {
            assertThat(stream.read()).isNotNegative();
        }
    }

    static String id(String order) {
        return order.replaceFirst("(?s).*?\"id\":(\\d+).*", "$1");
    }

    void awaitAllEventsSent() {
        await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(250)).until(() -> unsentEvents() == 0);
    }

    private long unsentEvents() throws IOException, InterruptedException {
        return metric("phone82_outbox_events");
    }

    /** Returns the sum of a metric over all contexts. */
    long metric(String name) throws IOException, InterruptedException {
        String metrics = send(HttpRequest.newBuilder(URI.create("http://localhost:9090/actuator/prometheus")).header("Authorization", "Basic " + LOGIN)).body();
        assertThat(metrics).contains(name);
        return metrics.lines().filter(line -> line.startsWith(name)).mapToLong(line -> (long) Double.parseDouble(line.replaceAll(".* ", ""))).sum();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder gateway(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:8080" + path));
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    double cpuSeconds() {
        return process.info().totalCpuDuration().orElseThrow().toMillis() / 1000.0;
    }

    long residentMegabytes() {
        return status("VmRSS:") / 1024;
    }

    long threads() {
        return status("Threads:");
    }

    private long status(String field) {
        return read(Path.of("/proc", String.valueOf(process.pid()), "status")).lines().filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }

    private static String read(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return String.join("\n", lines.toList());
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }
}
