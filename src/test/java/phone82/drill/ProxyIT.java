package phone82.drill;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import phone82.Context;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The clients that people use, directly, and behind the proxies that they use over IPv4 and IPv6: each gets the answer of the standard. The proxies
 * do not name the client, because a gateway without a login refuses what is forwarded.
 */
@Tag("long")
class ProxyIT {

    private static final String ORDER = "{\"item\":\"note20\",\"qty\":1}";

    private static Processes phone82;
    private static final List<Process> PROXIES = new ArrayList<>();
    /** The addresses at which the gateway is reached. */
    private static final Map<String, String> ENTRIES = new LinkedHashMap<>();

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        phone82 = new Processes("proxy", "--phone82.store.dispatch-delay=1h", "--phone82.gateway.rate=0", "--phone82.warm-up=10",
                "--phone82.app.payment.response-timeout=3000", "--phone82.pay.provider-authorisation-limit=2s");
        phone82.start("");
        int gateway = phone82.port(Context.GATEWAY);
        ENTRIES.put("no proxy", phone82.url(Context.GATEWAY));
        startProxy("haproxy", List.of("-db", "-f"), """
                defaults
                    mode http
                    timeout connect 5s
                    timeout client 30s
                    timeout server 30s
                listen gateway
                    bind 127.0.0.1:%1$d
                    bind [::1]:%1$d
                    server 0 127.0.0.1:%2$d
                """, gateway);
        startProxy("nginx", List.of("-g", "daemon off;", "-c"), """
                pid %3$s/nginx.pid;
                error_log %3$s/nginx.txt;
                events {}
                http {
                    access_log off;
                    client_body_temp_path %3$s/nginx-body;
                    proxy_temp_path %3$s/nginx-proxy;
                    fastcgi_temp_path %3$s/nginx-fastcgi;
                    uwsgi_temp_path %3$s/nginx-uwsgi;
                    scgi_temp_path %3$s/nginx-scgi;
                    server {
                        listen 127.0.0.1:%1$d;
                        listen [::1]:%1$d;
                        location / {
                            proxy_pass http://127.0.0.1:%2$d;
                            proxy_http_version 1.1;
                            proxy_buffering off;
                            proxy_set_header Host $http_host;
                        }
                    }
                }
                """, gateway);
    }

    private static void startProxy(String program, List<String> arguments, String configuration, int gateway) throws IOException {
        int port = Phone82Extension.freePort();
        Path folder = phone82.data(program);
        Files.createDirectories(folder);
        Path file = Files.writeString(folder.resolve("configuration"), configuration.formatted(port, gateway, folder));
        List<String> command = new ArrayList<>(List.of(Program.named(program)));
        command.addAll(arguments);
        command.add(file.toString());
        PROXIES.add(new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(folder.resolve("output.txt").toFile()).start());
        for (String host : List.of("127.0.0.1", "[::1]")) {
            String url = "http://" + host + ":" + port;
            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> new Shop(url).get("/phones").status() == 200);
            ENTRIES.put(program + " at " + host, url);
        }
    }

    @AfterAll
    static void stop() {
        PROXIES.forEach(Process::destroy);
        if (phone82 != null) {
            phone82.close();
        }
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/http-conformance.csv", nullValues = "-", delimiter = '|', quoteCharacter = '`')
    void eachClientGetsTheAnswerOfTheStandard(String request, String header, String body, int status, String expected) throws Exception {
        // the clients would declare a content type of their own
        List<String> headers = Stream.of(header == null || !header.startsWith("Content-Type") ? "Content-Type:" : null, header).filter(Objects::nonNull).toList();
        String content = body == null || !body.equals("order") ? body : ORDER;
        for (Map.Entry<String, String> entry : ENTRIES.entrySet()) {
            for (Client client : List.<Client>of(ProxyIT::curl, ProxyIT::httpie)) {
                String[] words = request.replace("{id}", id(request)).split(" ");
                List<String> command = client.command(words[0], entry.getValue() + words[1], headers, content);
                String answer = output(command);
                // the coordinator's disk may be busy; then nothing has changed
                for (int again = 0; again < 3 && status == 200 && answer.startsWith("HTTP/1.1 503"); again++) {
                    answer = output(command);
                }
                assertAnswer(command + " at " + entry.getKey(), answer, status, expected);
            }
        }
    }

    private interface Client {
        List<String> command(String method, String url, List<String> headers, String body);
    }

    private static List<String> curl(String method, String url, List<String> headers, String body) {
        List<String> command = new ArrayList<>(List.of(Program.named("curl"), "--silent", "--include", "--globoff", "--path-as-is", "--max-time", "20"));
        command.addAll(method.equals("HEAD") ? List.of("--head") : List.of("--request", method));
        headers.forEach(header -> command.addAll(List.of("--header", header)));
        command.addAll(body == null ? List.of(url) : List.of("--data-binary", body, url));
        return command;
    }

    private static List<String> httpie(String method, String url, List<String> headers, String body) {
        List<String> command = new ArrayList<>(List.of(Program.of("httpie", "http"), "--ignore-stdin", "--print=hb", "--path-as-is", "--timeout=20"));
        command.addAll(body == null ? List.of(method, url) : List.of("--raw", body, method, url));
        headers.forEach(header -> command.add(header.replaceFirst(": ", ":")));
        return command;
    }

    private static String id(String request) {
        return request.contains("{") ? String.valueOf(phone82.gateway().place(Shop.anOrder()).expect(201).id()) : "";
    }

    private static void assertAnswer(String entry, String answer, int status, String expected) {
        assertThat(answer).as(entry).matches("(?s)HTTP/1\\.1 \\d{3}.*");
        int got = Integer.parseInt(answer.substring(9, 12));
        // a cancellation may continue after its answer
        assertThat(got == 202 ? 200 : got).as("%s: %s", entry, answer).isEqualTo(status);
        if (expected != null) {
            String[] field = expected.split(": ");
            assertThat(answer.lines().takeWhile(line -> !line.isBlank()).filter(line -> line.toLowerCase(Locale.ROOT).startsWith(field[0] + ":"))
                    .map(line -> line.substring(field[0].length() + 1).trim())).as("%s: %s", entry, answer).containsExactly(field[1]);
        }
    }

    private static String output(List<String> command) throws IOException {
        return new String(new ProcessBuilder(command).redirectErrorStream(true).start().getInputStream().readAllBytes(), UTF_8);
    }
}
