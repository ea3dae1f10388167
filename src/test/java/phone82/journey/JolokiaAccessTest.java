package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import phone82.Context;
import phone82.journey.Shop.Answer;
import phone82.platform.api.Json;

import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The JMX operations that an operator, or anyone with the password, may call. */
@ExtendWith(OutputCaptureExtension.class)
class JolokiaAccessTest {

    private static final String APP = "org.apache.camel:context=app,type=context,name=\"app\"";
    private static final String FIND_ORDER = "org.apache.camel:context=app,type=routes,name=\"app-find-order\"";
    private static final String QUEUE = "org.apache.activemq.artemis:broker=\"phone82\",component=addresses,address=\"*\",subcomponent=queues,*";
    /** Each with its use for an operator. */
    private static final Set<String> ALLOWED = Set.of(
            "routes start()", "routes stop()", "routes stop(long)", "routes stop(java.lang.Long,java.lang.Boolean)", "routes suspend()", "routes suspend(long)",
            "routes resume()", "routes start(long)", "routes dumpRouteStatsAsXml(boolean,boolean)",
            "context dumpRoutesAsXml()", "context dumpRoutesStatsAsXml(boolean,boolean)",
            "services browse()", "services browse(int,boolean)", "services browse(java.lang.String,int,boolean)", "services size(java.lang.String)",
            "services listRestServices()", "services endpointStatistics()",
            "queues browse()", "queues browse(java.lang.String)", "queues browse(int,int)", "queues browse(int,int,java.lang.String)",
            "queues countMessages()", "queues countMessages(java.lang.String)", "queues countMessages(java.lang.String,java.lang.String)");

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s");

    private final Shop operations = PHONE82.operations();

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/jolokia", "/hawtio/jolokia"})
    void aForgedBrowserRequestRunsNothing(String jolokia) {
        String stop = jolokia + "/exec/" + URLEncoder.encode(FIND_ORDER, UTF_8) + "/stop()";
        assertThat(operations.send(operations.requestOfOperator(stop)).expect(405).header("Allow")).isEqualTo("POST");
        operations.send(operations.requestOfOperator(jolokia + "/read/java.lang:type=Memory")).expect(405);
        operations.send(operations.requestOfOperator(jolokia + "?mbean=x")).expect(200);
        for (String form : List.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain; application/json", "")) {
            operations.send(operations.requestOfOperator(jolokia).header("Content-Type", form)
                    .POST(BodyPublishers.ofString(Json.text(Map.of("type", "exec", "mbean", FIND_ORDER, "operation", "stop()"))))).expect(415);
        }
        operations.send(operations.requestOfOperator(jolokia).method("PUT", BodyPublishers.ofString("{}"))).expect(405);
        assertThat(statusOfFindOrder()).isEqualTo("Started");
    }

    @Test
    void operatorsStartAndStopRoutesAndTheLogNamesThem(CapturedOutput log) {
        assertThat(exec(FIND_ORDER, "stop()").get("status").asInt()).isEqualTo(200);
        assertThat(statusOfFindOrder()).isEqualTo("Stopped");
        assertThat(exec(FIND_ORDER, "start").get("status").asInt()).isEqualTo(200);
        assertThat(statusOfFindOrder()).isEqualTo("Started");

        await().untilAsserted(() -> assertThat(log.getOut()).contains("operator [service:operator] jmx stop() " + FIND_ORDER + ": 200", "operator [service:operator] jmx start " + FIND_ORDER + ": 200"));
    }

    @Test
    void operatorsBrowseQueues() {
        JsonNode queues = jolokia(Map.of("type", "search", "mbean", QUEUE)).get("value");
        assertThat(queues).isNotEmpty();
        assertThat(exec(queues.get(0).asText(), "countMessages()").get("status").asInt()).isEqualTo(200);
        assertThat(exec(queues.get(0).asText(), "browse()").get("status").asInt()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "org.apache.camel:context=app,type=context,name=\"app\" | sendBody(java.lang.String,java.lang.Object)",
            "org.apache.camel:context=app,type=context,name=\"app\" | stop()",
            "org.apache.camel:context=app,type=context,name=\"app\" | dumpRoutesAsXml(boolean)",
            "org.apache.camel:context=app,type=context,name=\"app\" | createEndpoint(java.lang.String)",
            "org.apache.camel:context=app,type=routes,name=\"app-find-order\" | remove()",
            "org.apache.camel:context=app,type=routes,name=\"app-find-order\" | updateRouteFromXml(java.lang.String)",
            "java.lang:type=Memory | gc()",
            "java.lang:type=Threading | dumpAllThreads(boolean,boolean)",
            "com.sun.management:type=DiagnosticCommand | compilerDirectivesAdd",
            "com.sun.management:type=HotSpotDiagnostic | dumpHeap",
            "java.util.logging:type=Logging | setLoggerLevel",
            "JMImplementation:type=MBeanServerDelegate | x",
            "org.apache.activemq.artemis:broker=\"phone82\" | forceFailover()"})
    void otherOperationsAreForbiddenAndLogged(String bean, String operation, CapturedOutput log) {
        JsonNode answer = exec(bean, operation);

        assertThat(answer.get("status").asInt()).as(answer.toString()).isEqualTo(403);
        assertThat(answer.path("stacktrace").asText()).isEmpty();
        await().untilAsserted(() -> assertThat(log.getOut()).contains("operator [service:operator] jmx " + operation + " " + bean + ": 403"));
    }

    /** Calls each operation of each bean of this JVM without its arguments. */
    @Test
    void onlyTheListedOperationsAreAllowed() throws Exception {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        List<Map<String, Object>> requests = new ArrayList<>();
        Set<String> kinds = new TreeSet<>();
        for (ObjectName bean : beans.queryNames(null, null)) {
            for (MBeanOperationInfo operation : beans.getMBeanInfo(bean).getOperations()) {
                String signature = operation.getName() + Arrays.stream(operation.getSignature()).map(MBeanParameterInfo::getType).collect(Collectors.joining(",", "(", ")"));
                String kind = (bean.getDomain().equals("org.apache.camel") ? bean.getKeyProperty("type")
                        : bean.getDomain().equals("org.apache.activemq.artemis") ? String.valueOf(bean.getKeyProperty("subcomponent")) : bean.getDomain()) + " " + signature;
                if (!ALLOWED.contains(kind) && kinds.add(kind)) {
                    // one argument too many: an allowed operation would fail as a bad request without any effect
                    requests.add(request(bean.toString(), signature, new Object[operation.getSignature().length + 1]));
                }
            }
        }
        assertThat(requests).hasSizeGreaterThan(300);

        JsonNode answers = jolokia(requests);
        for (int i = 0; i < requests.size(); i++) {
            assertThat(answers.get(i).path("status").asInt()).as(requests.get(i) + ": " + answers.get(i).path("error")).isEqualTo(403);
        }
    }

    @Test
    void noAttributeIsWrittenAndNoPasswordIsRead() {
        for (Map<String, ?> request : List.of(
                Map.of("type", "write", "mbean", FIND_ORDER, "attribute", "StatisticsEnabled", "value", false),
                Map.of("type", "read", "mbean", "java.lang:type=Runtime", "attribute", "SystemProperties"),
                Map.of("type", "read", "mbean", "java.lang:type=Runtime", "attribute", "InputArguments"),
                Map.of("type", "read", "mbean", "com.sun.management:type=HotSpotDiagnostic", "attribute", "DiagnosticOptions"),
                Map.of("type", "notification", "command", "add", "client", "x", "mode", "pull", "mbean", FIND_ORDER))) {
            JsonNode answer = jolokia(request);
            assertThat(answer.get("status").asInt()).as(answer.toString()).isBetween(400, 404);
            assertThat(answer.has("value")).isFalse();
        }
        assertThat(jolokia(Map.of("type", "read", "mbean", FIND_ORDER, "attribute", "StatisticsEnabled")).get("value").asBoolean()).isTrue();
        assertThat(jolokia(Map.of("type", "read", "mbean", "java.lang:type=Runtime", "config", Map.of("ignoreErrors", true))).toString())
                .contains("VmName").doesNotContain("java.class.path=", "surefire");
        assertThat(jolokia(Map.of("type", "list")).get("value").fieldNames()).toIterable()
                .contains("org.apache.camel", "org.apache.activemq.artemis", "java.lang").doesNotContain("com.sun.management", "java.util.logging", "com.zaxxer.hikari");
        assertThat(jolokia(Map.of("type", "search", "mbean", "*:*")).toString()).contains("app-find-order").doesNotContain("DiagnosticCommand");
    }

    @Test
    void mBeansOfOneClassShareTheirDescription() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        List<ObjectName> steps = List.copyOf(server.queryNames(new ObjectName("org.apache.camel:type=processors,name=\"setBody*\",*"), null));
        assertThat(steps).hasSizeGreaterThan(10);
        for (ObjectName step : steps) {
            assertThat(server.getMBeanInfo(step).getOperations()[0]).isSameAs(server.getMBeanInfo(steps.get(0)).getOperations()[0]);
            assertThat(server.getAttribute(step, "ProcessorId")).as("its own value").isEqualTo(ObjectName.unquote(step.getKeyProperty("name")));
        }
        assertThat(steps).extracting(step -> server.getAttribute(step, "RouteId")).hasSizeGreaterThan(10);
    }

    @Test
    void noRequestMakesTheProcessConnectElsewhere() throws Exception {
        try (ServerSocket elsewhere = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            elsewhere.setSoTimeout(1_000);
            jolokia(Map.of("type", "read", "mbean", "java.lang:type=Memory", "target",
                    Map.of("url", "service:jmx:rmi:///jndi/rmi://127.0.0.1:" + elsewhere.getLocalPort() + "/jmxrmi")));

            assertThatThrownBy(elsewhere::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    private String statusOfFindOrder() {
        return PHONE82.bean(Context.APP, CamelContext.class).getRouteController().getRouteStatus("app-find-order").name();
    }

    private JsonNode exec(String bean, String operation) {
        return jolokia(request(bean, operation));
    }

    private static Map<String, Object> request(String bean, String operation, Object... arguments) {
        Map<String, Object> request = new LinkedHashMap<>(Map.of("type", "exec", "mbean", bean, "operation", operation));
        request.put("arguments", arguments);
        return request;
    }

    private JsonNode jolokia(Object request) {
        Answer answer = operations.send(operations.requestOfOperator("/actuator/jolokia").header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Json.text(request))));
        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
        return answer.expect(200).body();
    }
}
