package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import phone82.Context;
import phone82.platform.api.Json;
import phone82.platform.observability.Version;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** The metrics for Prometheus, and that the dashboard and the alerts query existing ones only. */
class MetricsTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s",
            // a probe that places no orders
            "--phone82.probe.url=http://localhost:1", "--phone82.probe.every=2m");

    private static final Path MONITORING = Path.of("openshift", "components", "monitoring");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)\\s*(?:=~|!~|!=|=)\\s*\"[^\"]*\"");
    /** A metric with its matchers; no functions, and no labels that an aggregation names. */
    private static final Pattern METRIC = Pattern.compile("([a-zA-Z_:][\\w:]*)\\s*(\\{[^}]*})?(?!\\w)(?!\\s*\\()");
    private static final Pattern GROUPING = Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset");
    /** What the cluster, CloudNativePG and its plugin for backups export, with the labels in use, named as in their documentation. */
    private static final Map<String, Set<String>> OF_OTHERS = Map.of(
            "kubelet_volume_stats_available_bytes", Set.of(), "kubelet_volume_stats_capacity_bytes", Set.of(),
            "kube_pod_container_status_running", Set.of("pod"), "kube_pod_deletion_timestamp", Set.of(),
            "kube_deployment_status_replicas_available", Set.of("deployment"),
            "cnpg_collector_pg_wal_archive_status", Set.of("value"), "cnpg_pg_replication_in_recovery", Set.of(),
            "cnpg_pg_replication_streaming_replicas", Set.of(), "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp", Set.of());
    /** The labels that Prometheus adds to every sample. */
    private static final Set<String> ADDED = Set.of("instance", "job");

    private static String scrape() {
        return PHONE82.operations().metrics();
    }

    @BeforeAll
    static void placeSomeOrders() {
        Shop shop = PHONE82.gateway();
        shop.place(anOrder().of("sim-decline")).expect(402);
        shop.place(anOrder().of("sim-slow-900")).expect(503);
        long id = shop.place(anOrder()).expect(201).id();
        shop.awaitShipped(id);
        PHONE82.topics().sendTwice(id, List.of("pay.PayCompleted"));
        await().untilAsserted(() -> assertThat(value("phone82_events_duplicates_total", "context=\"store\"")).isPositive());
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "http_server_requests_seconds_count{context=\"app\",method=\"POST\",status=\"402\",uri=\"app-place-order\"} 1",
            "http_server_requests_seconds_count{context=\"app\",method=\"POST\",status=\"503\",uri=\"app-place-order\"} 1",
            "http_server_requests_seconds_count{context=\"app\",method=\"POST\",status=\"201\",uri=\"app-place-order\"} 1",
            "http_server_requests_seconds_count{context=\"gateway\",method=\"POST\",status=\"201\",uri=\"/orders\"} 1",
            // what has not happened yet
            "http_server_requests_seconds_count{context=\"gateway\",method=\"POST\",status=\"500\",uri=\"/orders\"} 0",
            "http_server_requests_seconds_count{context=\"app\",method=\"POST\",status=\"500\",uri=\"app-place-order\"} 0",
            "http_server_requests_seconds_count{context=\"app\",method=\"DELETE\",status=\"503\",uri=\"app-cancel-order\"} 0",
            "http_server_requests_seconds_count{context=\"app\",method=\"POST\",status=\"503\",uri=\"app-request-cancellation\"} 0",
            "camel_exchanges_total{camelContext=\"app\",context=\"app\",eventType=\"route\",kind=\"CamelRoute\",routeId=\"app-place-order\"} ",
            "camel_exchanges_succeeded_total{camelContext=\"app\",context=\"app\",eventType=\"route\",kind=\"CamelRoute\",routeId=\"app-place-order\"} ",
            "camel_exchanges_failed_total{camelContext=\"app\",context=\"app\",eventType=\"route\",kind=\"CamelRoute\",routeId=\"app-refuse-order\"} ",
            "camel_route_policy_seconds_count{camelContext=\"store\",context=\"store\",eventType=\"route\",kind=\"CamelRoute\",routeId=\"store-on-pay-completed\"}",
            "camel_routes_running_routes{",
            "phone82_events_sent_total{context=\"app\",event=\"Ordered\"} 1.0",
            "phone82_events_sent_total{context=\"app\",event=\"OrderRejected\"} 2.0",
            "phone82_events_sent_total{context=\"store\",event=\"Shipped\"}",
            "phone82_order_to_shipped_seconds_bucket{context=\"app\",le=\"60.0\"}",
            "phone82_shipment_delay_seconds_bucket{context=\"app\",le=\"60.0\"}",
            "phone82_outbox_events{context=\"pay\"} 0.0",
            "phone82_up{context=\"coordinator\",version=\"",
            "phone82_outbox_oldest_seconds{context=\"pay\"} 0.0",
            "phone82_queue_messages{context=\"broker\",queue=\"store\"} 0.0",
            "hikaricp_connections_active{context=\"customer\",pool=\"customer\"}",
            "jvm_memory_used_bytes{area=\"heap\"",
            "process_cpu_usage"})
    void countsEachOutcome(String expected) {
        await().untilAsserted(() -> assertThat(scrape()).contains("\n" + expected));
    }

    /** As programs do that place one order per connection. */
    @Test
    void aConnectionThatIsClosedAfterItsAnswerIsNotAborted() {
        RawHttp gateway = new RawHttp(PHONE82.port(Context.GATEWAY));
        String order = "{\"item\":\"note20\",\"qty\":0}";
        for (int i = 0; i < 30; i++) {
            assertThat(gateway.once("POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " + order.length() + "\r\n\r\n" + order).status()).isEqualTo(422);
        }

        await().untilAsserted(() -> assertThat(value("http_server_requests_seconds_count", "context=\"gateway\",method=\"POST\"")).isGreaterThanOrEqualTo(33));
        assertThat(value("http_server_requests_seconds_count", "status=\"closed\"")).isZero();
    }

    @Test
    void oneScrapeHasMetricsOfEveryContext() {
        assertThat(scrape().lines().filter(line -> line.startsWith("# TYPE "))).isNotEmpty().doesNotHaveDuplicates();
        assertThat(scrape()).contains("camel_route_policy_seconds_count{camelContext=\"gateway\",", "camel_route_policy_seconds_count{camelContext=\"customer\",");
    }

    /** Otherwise a client could exhaust the memory of Prometheus and of this process. */
    @Test
    void noClientInputBecomesALabel() {
        for (int i = 0; i < 3; i++) {
            String mark = "unheard" + i;
            for (Shop shop : List.of(PHONE82.gateway(), PHONE82.shop(Context.APP), PHONE82.shop(Context.PROVIDER), PHONE82.operations())) {
                shop.send(shop.request("/" + mark + "?" + mark + "=" + mark).header("User-Agent", mark).header("Idempotency-Key", mark)
                        .header("traceparent", mark).header("X-Request-Id", mark));
                shop.send(shop.request("/orders").method(mark.toUpperCase(Locale.ROOT), HttpRequest.BodyPublishers.noBody()));
                shop.send(shop.request("/orders").header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(
                        "{\"item\":\"" + mark + "\",\"qty\":0}")));
            }
        }
        await().untilAsserted(() -> assertThat(value("http_server_requests_seconds_count", "method=\"_OTHER\"")).isPositive());
        assertThat(scrape().toLowerCase(Locale.ROOT)).doesNotContain("unheard");
    }

    @ParameterizedTest
    @MethodSource("queries")
    void aQueryUsesExistingMetricsAndLabels(String query) {
        Map<String, Set<String>> shown = new TreeMap<>(OF_OTHERS);
        scrape().lines().map(SAMPLE::matcher).filter(Matcher::matches).forEach(sample -> {
            Set<String> labels = shown.computeIfAbsent(sample.group(1), name -> new TreeSet<>(ADDED));
            if (sample.group(2) != null) {
                LABEL.matcher(sample.group(2)).results().forEach(label -> labels.add(label.group(1)));
            }
        });
        Map<String, Set<String>> asked = metrics(query);

        assertThat(asked).isNotEmpty();
        asked.forEach((metric, labels) -> {
            assertThat(shown).as(query).containsKey(metric);
            assertThat(shown.get(metric)).as("labels of %s", metric).containsAll(labels);
        });
    }

    static Stream<String> queries() throws IOException {
        JsonNode dashboard = Json.read(Files.readAllBytes(MONITORING.resolve("phone82.json")));
        List<String> queries = new ArrayList<>(dashboard.findValuesAsText("expr"));
        assertThat(queries).hasSizeGreaterThan(15);
        for (Path rules : List.of(MONITORING.resolve("rules.yaml"), Path.of("openshift/overlays/prod-ha/monitoring.yaml"))) {
            new YAMLMapper().readerFor(JsonNode.class).<JsonNode>readValues(rules.toFile()).forEachRemaining(object -> queries.addAll(object.findValuesAsText("expr")));
        }
        return queries.stream();
    }

    /** The metrics of a query, each with the labels that the query uses. */
    static Map<String, Set<String>> metrics(String query) {
        String bare = GROUPING.matcher(query.replaceAll("\\[[^]]*]", "")).replaceAll(" ");
        Map<String, Set<String>> metrics = new TreeMap<>();
        METRIC.matcher(bare).results().filter(found -> !WORDS.contains(found.group(1))).forEach(found -> {
            Set<String> labels = metrics.computeIfAbsent(found.group(1), name -> new TreeSet<>());
            if (found.group(2) != null) {
                LABEL.matcher(found.group(2)).results().forEach(label -> labels.add(label.group(1)));
            }
        });
        return metrics;
    }

    /** Otherwise Prometheus would drop the scrape, and no alert about the context would be evaluated while its database is unavailable. */
    @Test
    void aScrapeDoesNotWaitForTheDatabaseAgainForEachMetric() throws SQLException {
        HikariDataSource database = PHONE82.bean(Context.PAY, HikariDataSource.class);
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < database.getMaximumPoolSize(); i++) {
                all.add(await().ignoreExceptions().until(database::getConnection, Objects::nonNull));
            }
            Instant begin = Instant.now();

            assertThat(scrape()).contains("phone82_up{context=\"pay\",version=\"" + Version.text() + "\"} 1.0",
                    "phone82_payments{context=\"pay\",status=\"Capturing\"} NaN");

            assertThat(Duration.between(begin, Instant.now())).as("one wait, and none for each of the many metrics").isLessThan(Duration.ofMillis(3 * database.getConnectionTimeout()));
        } finally {
            for (Connection each : all) {
                each.close();
            }
        }
        await().untilAsserted(() -> assertThat(scrape()).contains("phone82_payments{context=\"pay\",status=\"Capturing\"} 0.0"));
    }

    @Test
    void parsesTheMetricsOfAQuery() {
        assertThat(metrics("topk(10, sum by (le, x) (rate(a_total{b=\"c\",d=~\"e|f\"}[5m])) / on (g) h) or absent(i) > 0.5"))
                .isEqualTo(Map.of("a_total", Set.of("b", "d"), "h", Set.of(), "i", Set.of()));
    }

    private static double value(String metric, String label) {
        return scrape().lines().filter(line -> line.startsWith(metric + "{") && line.contains(label))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ')))).sum();
    }
}
