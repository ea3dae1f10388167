package phone82.openshift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static phone82.openshift.Manifests.each;
import static phone82.openshift.Manifests.nameOf;

/** The commands of the guides fit the manifests. */
class GuidesTest {

    private static final Map<String, String> KINDS = Map.of("deployment", "Deployment", "statefulset", "StatefulSet", "secret", "Secret", "configmap", "ConfigMap",
            "config map", "ConfigMap", "service", "Service", "pvc", "PersistentVolumeClaim", "volume", "PersistentVolumeClaim", "cluster", "Cluster", "route", "Route");
    private static final String KIND = "(deployment|statefulset|secret|configmap|service|pvc|cluster|route)";
    /** {@code oc get secret a b}, {@code secret/a}, and in a sentence: the secrets `a` and `b`. */
    private static final List<Pattern> NAMED = List.of(Pattern.compile(" (?:get|delete|extract|label|patch|restart) " + KIND + "((?: [a-z][a-z0-9-]*(?=[ `\\n]))+)"),
            Pattern.compile("(?<=[ `])" + KIND + "/([a-z][a-z0-9-]*)"), Pattern.compile("\\b(config map|secret|volume)s? ((?:`[a-z][a-z0-9-]*`(?:, | and )?)+)"));
    private static final Pattern ENTRY = Pattern.compile("(?:set data|extract) (secret|configmap)/([a-z-]+) (?:--keys=)?([a-z][a-z.-]*)");
    private static final Pattern VARIABLE = Pattern.compile("\\b(PHONE82_[A-Z0-9_]+)=");
    private static final Pattern POLICY = Pattern.compile("(?ms)^apiVersion: networking\\.k8s\\.io/v1\n.*?(?=^(?:---|END|```)$)");
    /** Of the cluster, not of the project. */
    private static final Set<String> OTHERS = Set.of("configmap cluster-monitoring-config", "configmap user-workload-monitoring-config");
    private static final Path DEPLOYING = Path.of("src/docs/deploying.md");

    private static List<Manifests> projects;
    private static Map<Path, String> guides;

    @BeforeAll
    static void read() throws IOException {
        projects = Arrays.stream(Project.values()).map(project -> project.manifests(Path.of(""))).toList();
        guides = new TreeMap<>();
        try (Stream<Path> files = Files.list(Path.of("src/docs"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".md") && !each.endsWith("changelog.md")).toList()) {
                guides.put(file, Files.readString(file).replace("\\\n", ""));
            }
        }
    }

    @Test
    void everyObjectExists() {
        Set<String> known = new TreeSet<>(OTHERS);
        projects.forEach(project -> KINDS.forEach((word, kind) -> names(project, kind).forEach(name -> known.add(word.replace("config map", "configmap") + " " + name))));
        Set<String> named = new TreeSet<>();
        guides.forEach((guide, text) -> NAMED.forEach(pattern -> pattern.matcher(text).results().forEach(match -> {
            for (String name : match.group(2).replaceAll("[`,]| and ", " ").strip().split(" +")) {
                named.add(match.group(1).replace("config map", "configmap") + " " + name);
            }
        })));

        assertThat(named).contains("secret broker-customer", "secret database-coordinator", "configmap apiurl", "deployment gateway", "volume data-store-db-0", "cluster postgresql");
        assertThat(named).isSubsetOf(known);
    }

    private static Stream<String> names(Manifests project, String kind) {
        Stream<String> own = project.of(kind).map(Manifests::nameOf);
        return switch (kind) {
            // made by cert-manager, OpenShift and CloudNativePG
            case "Secret" -> Stream.of(own, project.of("Certificate").map(each -> each.at("/spec/secretName").asText()),
                    project.of("Service").map(each -> each.at("/metadata/annotations").path("service.beta.openshift.io/serving-cert-secret-name").asText()),
                    project.of("Cluster").map(each -> nameOf(each) + "-ca")).flatMap(names -> names);
            case "PersistentVolumeClaim" -> Stream.concat(own, project.workloads().stream().flatMap(workload -> each(workload.spec().path("volumeClaimTemplates"))
                    .map(claim -> nameOf(claim) + "-" + workload.name() + "-0")));
            default -> own;
        };
    }

    @Test
    void everyEntryOfASecretExists() {
        Set<String> named = new TreeSet<>();
        guides.values().forEach(text -> ENTRY.matcher(text).results().forEach(match -> {
            named.add(match.group(2) + " " + match.group(3));
            assertThat(projects).as(match.group()).anyMatch(project -> project.data(KINDS.get(match.group(1)), match.group(2)).containsKey(match.group(3)));
        }));
        assertThat(named).contains("database-users pay", "database-pay password", "payment-provider api-key");
    }

    /** A command shares the memory of a pod with a context; {@code src/docs/measurements/footprint.md} has the numbers. */
    @Test
    void aCommandInAPodTakesLittleMemory() {
        List<String> commands = guides.values().stream().flatMap(String::lines).filter(line -> line.contains(" -jar /deployments/phone82.jar")).toList();
        assertThat(commands).isNotEmpty().allSatisfy(command -> assertThat(command).contains(" java -Xmx64m -Xshare:off -XX:TieredStopAtLevel=1 -jar "));
    }

    /** Two alerts look further back than OpenShift keeps the metrics of projects by default. */
    @Test
    void theMonitoringKeepsWhatTheAlertsNeed() {
        int longest = numbers("\\[(\\d+)d]", Settings.text(Path.of("openshift/components/monitoring/rules.yaml"))).max().orElseThrow();

        assertThat(numbers("retention: (\\d+)d", guides.get(DEPLOYING))).isNotEmpty().allMatch(days -> days > longest);
    }

    private static IntStream numbers(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().mapToInt(match -> Integer.parseInt(match.group(1)));
    }

    /** Without these settings a guest cannot cause the load at which store scales. */
    @Test
    void storeCanBeSeenToScale() {
        String text = section("See it scale");
        Settings settings = new Settings();
        assertThat(VARIABLE.matcher(text).results().map(match -> match.group(1))).containsExactlyInAnyOrder("PHONE82_GATEWAY_GUEST_ORDERS", "PHONE82_GATEWAY_GUEST_RATE")
                .allMatch(variable -> settings.isKnown("gateway", variable));
        assertThat(text).contains("{\\\"item\\\":\\\"" + settings.of("app").get("phone82.catalogue.phones[0].item") + "\\\",", "oc get hpa store");
    }

    /** It replaces all images at once. */
    @Test
    void thePipelineIsNotForVersionsWithAnOrder() {
        assertThat(section("Pipeline")).contains("changelog.md", "#update-in-an-order");
    }

    private static String section(String title) {
        return Stream.of(guides.get(DEPLOYING).split("(?m)^##+ ")).filter(section -> section.startsWith(title + "\n")).findFirst().orElse("");
    }

    /** Kubernetes replaces no pod of a StatefulSet that never became ready. */
    @Test
    void aPodThatNeverBecameReadyIsDeleted() {
        assertThat(Pattern.compile("rollout restart statefulset/([a-z-]+)").matcher(guides.get(DEPLOYING)).results().map(match -> match.group(1)).distinct())
                .isNotEmpty().allMatch(name -> guides.get(DEPLOYING).contains("`oc delete pod " + name + "-0`"));
    }

    /** The cluster that recovers the backups of a lost one archives to another folder of the bucket, and knows the new password of app. */
    @Test
    void aLostClusterIsRecovered() {
        Manifests project = projects.get(Project.PROD_HA.ordinal()).copy();
        ObjectNode cluster = project.find("Cluster", "postgresql").orElseThrow();
        JsonNode first = cluster.at("/spec/bootstrap/initdb");
        Matcher fragment = Pattern.compile("(?ms)^```yaml\n(bootstrap:\n.*?)^```$").matcher(guides.get(Path.of("src/docs/availability.md")));
        assertThat(fragment.find()).isTrue();
        cluster.withObject("/spec").setAll(Kustomize.read(fragment.group(1)).get(0));

        assertThat(List.of(Checks.FIELDS, Checks.KEYS, Checks.AVAILABILITY)).allSatisfy(check -> assertThat(check.faults(project)).isEmpty());
        ObjectNode recovery = cluster.withObject("/spec/bootstrap/recovery");
        String source = recovery.remove("source").asText();
        assertThat(recovery).isEqualTo(first);
        JsonNode archive = cluster.at("/spec/plugins/0");
        JsonNode lost = each(cluster.at("/spec/externalClusters")).filter(each -> each.path("name").asText().equals(source)).findFirst().orElseThrow().path("plugin");
        assertThat(lost.path("name")).isEqualTo(archive.path("name"));
        assertThat(lost.at("/parameters/barmanObjectName")).isEqualTo(archive.at("/parameters/barmanObjectName"));
        assertThat(lost.at("/parameters/serverName").asText()).isEqualTo(nameOf(cluster));
        assertThat(archive.at("/parameters/serverName").asText()).isNotEmpty().isNotEqualTo(nameOf(cluster));
    }

    @Test
    void aNetworkPolicySelectsPods() {
        List<ObjectNode> policies = guides.values().stream().flatMap(text -> POLICY.matcher(text).results()).flatMap(match -> Kustomize.read(match.group()).stream()).toList();
        assertThat(policies).extracting(Manifests::nameOf).contains("pay-to-provider", "erasure-asks", "erasure-is-answered");
        for (Project project : List.of(Project.PROD, Project.PROD_HA)) {
            Manifests manifests = new Manifests(project, policies);
            assertThat(Checks.FIELDS.faults(manifests)).isEmpty();
            assertThat(Checks.VALUES.faults(manifests)).isEmpty();
            Manifests all = projects.get(project.ordinal());
            policies.forEach(policy -> assertThat(policy.findValues("podSelector")).isNotEmpty().allMatch(selector -> !all.selectedBy(selector).isEmpty()));
        }
    }
}
