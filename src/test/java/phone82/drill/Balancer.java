package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import phone82.Context;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * HAProxy in front of the instances of each context. It uses only instances that are ready; it probes the operator's port once a second.
 * <p>
 * In front of the gateways it acts as OpenShift's router, whose template sets neither {@code retries} nor {@code retry-on}: a failed connection
 * is tried three more times, the last time with another instance, and a request of which a byte was sent is never sent again. Unlike the router it
 * does not name the client, because a gateway without a login refuses what is forwarded. In front of the
 * other contexts it acts as a Service: it balances connections, not requests, never retries, and keeps open connections to an instance that is
 * no longer ready.
 */
final class Balancer implements AutoCloseable {

    private static final String ROUTER = """
                mode http
                option redispatch
                stats enable
                stats uri /statistics
            """;
    private static final String SERVICE = """
                mode tcp
                retries 0
            """;

    private final Map<Context, Integer> ports = new EnumMap<>(Context.class);
    private final String address;
    private final Process process;

    /**
     * @param address at which it accepts connections
     * @param sites   where an instance of each context is, or may be later
     */
    Balancer(Path folder, String address, List<Context> contexts, List<Processes> sites) throws IOException {
        this.address = address;
        Phone82Extension.freePorts(ports);
        StringBuilder text = new StringBuilder("""
                defaults
                    timeout connect 5s
                    timeout client 30s
                    timeout server 30s
                    timeout http-request 10s
                    timeout http-keep-alive 300s
                    timeout check 2s
                    balance random
                    option httpchk GET /actuator/health/readiness
                    default-server check inter 1s fall 1 rise 1
                """);
        for (Context context : contexts) {
            text.append("listen %s%n    bind %s:%d%n%s".formatted(context.id(), address, ports.get(context), context == Context.GATEWAY ? ROUTER : SERVICE));
            for (int site = 0; site < sites.size(); site++) {
                text.append("    server %d %s:%d check port %d%n".formatted(site, sites.get(site).machine(context.id()).address(),
                        sites.get(site).port(context), sites.get(site).operationsPort(context)));
            }
        }
        Path configuration = Files.writeString(folder.resolve("haproxy.cfg"), text);
        process = new ProcessBuilder(Program.named("haproxy"), "-db", "-f", configuration.toString())
                .redirectErrorStream(true).redirectOutput(folder.resolve("haproxy.txt").toFile()).start();
    }

    String url(Context context) {
        return "http://" + address + ":" + ports.get(context);
    }

    /** Waits until it uses these sites. */
    void awaitReady(Context context, Integer... sites) {
        await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(100)).ignoreExceptions()
                .failFast(() -> assertThat(process.isAlive()).as("HAProxy runs").isTrue())
                .untilAsserted(() -> assertThat(statistics(context, "Server").filter(server -> field(server, "status").startsWith("UP"))
                        .map(server -> Integer.valueOf(field(server, "svname")))).contains(sites));
    }

    /** The number of failed connections to an instance that were retried with another. */
    int retries(Context context) {
        return statistics(context, "Backend").mapToInt(backend -> Integer.parseInt(field(backend, "wretr"))).sum();
    }

    private Stream<JsonNode> statistics(Context context, String kind) {
        List<JsonNode> found = new ArrayList<>();
        new Shop(url(Context.GATEWAY)).get("/statistics;json").expect(200).body().forEach(found::add);
        return found.stream().filter(each -> each.findValuesAsText("objType").contains(kind) && field(each, "pxname").equals(context.id()));
    }

    private static String field(JsonNode statistics, String name) {
        for (JsonNode statistic : statistics) {
            if (statistic.at("/field/name").asText().equals(name)) {
                return statistic.at("/value/value").asText();
            }
        }
        throw new IllegalArgumentException(name);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
