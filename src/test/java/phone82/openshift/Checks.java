package phone82.openshift;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import io.fabric8.openshift.api.model.BuildConfig;
import io.fabric8.openshift.api.model.ImageStream;
import io.fabric8.openshift.api.model.Route;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import org.springframework.boot.convert.DurationStyle;
import phone82.openshift.Manifests.Operated;
import phone82.openshift.Manifests.Workload;

import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static phone82.openshift.Manifests.NAME;
import static phone82.openshift.Manifests.each;
import static phone82.openshift.Manifests.id;
import static phone82.openshift.Manifests.matches;
import static phone82.openshift.Manifests.nameOf;

/** The checks of the manifests: errors that the API server, the scheduler, the kubelet or a context would report, or silently accept. */
enum Checks {

    FIELDS(Checks::fields), NAMES(Checks::names), VALUES(Checks::values), QUANTITIES(Checks::quantities), LABELS(Checks::labels),
    SELECTORS(Checks::selectors), PORTS(Checks::ports), PROBES(Checks::probes), VOLUMES(Checks::volumes), KEYS(Checks::keys),
    ACCOUNTS(Checks::accounts), SECURITY(Checks::security), SECRETS(Checks::secrets), SETTINGS(Checks::settings),
    IDENTITY(Checks::identity), PASSWORDS(Checks::passwords), CERTIFICATES(Checks::certificates), ENCRYPTION(Encryption::faults), CALLS(Checks::calls), DOORS(Checks::doors), ROLLING(Checks::rolling), STOPPING(Checks::stopping),
    SCALING(Checks::scaling), IMAGES(Checks::images), PIPELINE(Tekton::faults), MONITORING(Checks::monitoring),
    AVAILABILITY(Checks::availability), PLATFORM(Checks::platform);

    /** Addresses that a context uses if they are set. */
    private static final Set<String> OPTIONAL = Set.of("PHONE82_PAY_PROVIDER_URL", "PHONE82_COORDINATOR_DATABASE_URL");
    /** The secret that new-broker-users creates for each project without certificates. */
    private static final String BROKER_USERS = "broker-users";
    /** The prefix of the secrets that new-keys creates for each project. */
    private static final String OWN_KEY = "identity-";
    private static final Map<String, Class<?>> TYPES = Stream.of(ConfigMap.class, Secret.class, Service.class, ServiceAccount.class,
            PersistentVolumeClaim.class, Deployment.class, StatefulSet.class, HorizontalPodAutoscaler.class, NetworkPolicy.class, Ingress.class,
            PodDisruptionBudget.class, PriorityClass.class, RoleBinding.class, Route.class, BuildConfig.class, ImageStream.class, PodMonitor.class, PrometheusRule.class)
            .collect(Collectors.toMap(Class::getSimpleName, type -> type));
    private static final Map<String, String> VERSIONS = Map.ofEntries(Map.entry("Deployment", "apps/v1"), Map.entry("StatefulSet", "apps/v1"),
            Map.entry("HorizontalPodAutoscaler", "autoscaling/v2"), Map.entry("NetworkPolicy", "networking.k8s.io/v1"),
            Map.entry("Ingress", "networking.k8s.io/v1"), Map.entry("PodDisruptionBudget", "policy/v1"), Map.entry("Route", "route.openshift.io/v1"),
            Map.entry("PriorityClass", "scheduling.k8s.io/v1"), Map.entry("RoleBinding", "rbac.authorization.k8s.io/v1"),
            Map.entry("BuildConfig", "build.openshift.io/v1"), Map.entry("ImageStream", "image.openshift.io/v1"),
            Map.entry("PodMonitor", "monitoring.coreos.com/v1"), Map.entry("PrometheusRule", "monitoring.coreos.com/v1"));
    /** The models accept any field unless Jackson ignores their annotations for that. */
    private static final ObjectMapper STRICT = JsonMapper.builder().annotationIntrospector(new JacksonAnnotationIntrospector() {
        @Override
        public Boolean hasAnySetter(Annotated member) {
            return false;
        }

        @Override
        public Boolean hasAnyGetter(Annotated member) {
            return _findAnnotation(member, JsonAnyGetter.class) == null ? null : Boolean.FALSE;
        }
    }).enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).disable(MapperFeature.ALLOW_COERCION_OF_SCALARS).build();

    private static final Map<String, Set<String>> VALUES_OF = Map.ofEntries(Map.entry("protocol", Set.of("TCP", "UDP")),
            Map.entry("imagePullPolicy", Set.of("Always", "IfNotPresent", "Never")), Map.entry("whenUnsatisfiable", Set.of("ScheduleAnyway", "DoNotSchedule")),
            Map.entry("accessModes", Set.of("ReadWriteOnce", "ReadWriteMany")), Map.entry("policyTypes", Set.of("Ingress", "Egress")),
            Map.entry("pathType", Set.of("Prefix", "Exact")), Map.entry("termination", Set.of("edge", "reencrypt")),
            Map.entry("insecureEdgeTerminationPolicy", Set.of("Redirect", "None")), Map.entry("drop", Set.of("ALL")));
    private static final Map<String, Set<String>> TYPE_WITHIN = Map.of("strategy", Set.of("RollingUpdate", "Recreate", "Source"),
            "seccompProfile", Set.of("RuntimeDefault"), "metrics", Set.of("Resource"), "target", Set.of("Utilization", "AverageValue"),
            "policies", Set.of("Pods", "Percent"), "source", Set.of("Binary"));
    private static final Pattern PLACE = Pattern.compile("(?:https?|tcp|jdbc:postgresql|jdbc:hsqldb:hsqls?)://([^:/]+)(?::(\\d+))?(?:/(\\w*))?(?:\\?.*)?");
    /** Only exit code 2 means that there is no answer; without {@code -U} it would be 3, as the user of a pod on OpenShift has no name. */
    private static final Pattern PG_ISREADY = Pattern.compile("pg_isready [^|]*-U \\w+ [^|]*\\|\\| \\[ \\$\\? -ne 2 ]");
    private static final Pattern NAME_FORM = Pattern.compile("[a-z0-9]([a-z0-9.-]*[a-z0-9])?");
    private static final Pattern VERSIONED = Pattern.compile("[a-z0-9.-]+\\.[a-z]+/[a-z0-9/-]+:(?!latest$)[\\w.-]+");
    /** The namespaces into which the operators' manifests and OpenShift's catalogue install them. */
    private static final Set<String> BROKER_OPERATORS = Set.of("arkmq-org-broker-operator", "activemq-artemis-operator", "openshift-operators");
    private static final String PROMETHEUS = "openshift-user-workload-monitoring";
    private static final Set<String> DATABASE_OPERATORS = Set.of("cnpg-system", "openshift-operators");
    private static final Pattern LABEL_SECRET = Pattern.compile("oc label secret ([^`\\n]+)");
    private static final Path DEPLOYING = Path.of("src/docs/deploying.md");
    private static final Path OPERATING = Path.of("src/docs/operating.md");
    private static final Path RUNBOOK = Path.of("src/docs/runbook.md");
    private static final Settings APPLICATION = new Settings();

    private final BiConsumer<Manifests, Consumer<String>> check;

    Checks(BiConsumer<Manifests, Consumer<String>> check) {
        this.check = check;
    }

    /** The faults, one line each; empty if there are none. */
    List<String> faults(Manifests manifests) {
        List<String> faults = new ArrayList<>();
        check.accept(manifests, faults::add);
        return faults;
    }

    private static void fields(Manifests manifests, Consumer<String> fault) {
        for (ObjectNode object : manifests.objects()) {
            String kind = object.path("kind").asText();
            Class<?> type = TYPES.get(kind);
            if (type == null) {
                CustomKinds.faults(object).forEach(each -> fault.accept(id(object) + ": " + each));
                continue;
            }
            if (!object.path("apiVersion").asText().equals(VERSIONS.getOrDefault(kind, "v1"))) {
                fault.accept(id(object) + ": apiVersion " + object.path("apiVersion").asText());
            }
            try {
                STRICT.treeToValue(object, type);
            } catch (JsonProcessingException | IllegalArgumentException e) {
                fault.accept(id(object) + ": " + e.getMessage().lines().findFirst().orElse(""));
            }
        }
    }

    private static void names(Manifests manifests, Consumer<String> fault) {
        Set<String> ids = new HashSet<>();
        for (ObjectNode object : manifests.objects()) {
            if (!ids.add(id(object))) {
                fault.accept(id(object) + " exists twice");
            }
            if (object.at("/metadata/name").isTextual() && !NAME_FORM.matcher(nameOf(object)).matches() || nameOf(object).isEmpty()) {
                fault.accept(id(object) + ": invalid name");
            }
            if (object.at("/metadata").has("namespace")) {
                fault.accept(id(object) + ": sets a namespace, which is the user's choice");
            }
        }
        for (Workload workload : manifests.workloads()) {
            workload.containers().forEach(container -> Stream.of("env", "ports", "volumeMounts").forEach(list -> {
                List<String> own = each(container.path(list)).map(each -> each.path(list.equals("volumeMounts") ? "mountPath" : "name").asText()).toList();
                if (new HashSet<>(own).size() < own.size()) {
                    fault.accept(id(workload.object()) + ": a name twice in " + list + " " + own);
                }
            }));
        }
    }

    private static void values(Manifests manifests, Consumer<String> fault) {
        manifests.objects().stream().filter(object -> TYPES.containsKey(object.path("kind").asText()))
                .forEach(object -> values(object, "", line -> fault.accept(id(object) + ": " + line)));
    }

    private static void values(JsonNode node, String parent, Consumer<String> fault) {
        node.properties().forEach(field -> {
            Set<String> allowed = field.getKey().equals("type") ? TYPE_WITHIN.get(parent) : VALUES_OF.get(field.getKey());
            Stream<JsonNode> values = field.getValue().isArray() ? each(field.getValue()) : Stream.of(field.getValue());
            if (allowed != null) {
                values.filter(value -> value.isTextual() && !allowed.contains(value.asText()))
                        .forEach(value -> fault.accept(field.getKey() + " " + value.asText() + " is none of " + allowed));
            }
            if (field.getValue().isObject()) {
                values(field.getValue(), field.getKey(), fault);
            }
            each(field.getValue().isArray() ? field.getValue() : STRICT.createArrayNode()).forEach(each -> values(each, field.getKey(), fault));
        });
    }

    private static void quantities(Manifests manifests, Consumer<String> fault) {
        for (Workload workload : manifests.workloads()) {
            workload.containers().forEach(container -> {
                Map<String, BigDecimal> requests = amounts(container.at("/resources/requests"), workload, fault);
                Map<String, BigDecimal> limits = amounts(container.at("/resources/limits"), workload, fault);
                if (!requests.keySet().equals(Set.of("cpu", "memory")) || !limits.keySet().equals(Set.of("memory"))) {
                    fault.accept(id(workload.object()) + ": needs requests of CPU and memory, and a limit of memory only");
                } else if (requests.get("memory").compareTo(limits.get("memory")) > 0) {
                    fault.accept(id(workload.object()) + ": requests more memory than its limit");
                }
                heap(manifests.environment(container), limits.get("memory"), line -> fault.accept(id(workload.object()) + ": " + line));
            });
            each(workload.spec().path("volumeClaimTemplates")).forEach(claim -> amounts(claim.at("/spec/resources/requests"), workload, fault));
        }
        manifests.of("PersistentVolumeClaim").forEach(claim -> amounts(claim.at("/spec/resources/requests"), new Workload("", nameOf(claim), claim), fault));
    }

    /** A JVM that uses all memory for its heap is killed when it needs other memory. */
    private static void heap(Map<String, String> environment, BigDecimal limit, Consumer<String> fault) {
        Matcher percent = Pattern.compile("-XX:MaxRAMPercentage=(\\d+)").matcher(environment.getOrDefault("JAVA_TOOL_OPTIONS", ""));
        // src/docs/measurements/footprint.md: HSQLDB's server, the smallest process, needs 111 MiB beside its heap
        if (percent.find() && (Integer.parseInt(percent.group(1)) > 75 || limit != null
                && limit.longValue() * (100 - Integer.parseInt(percent.group(1))) / 100 >> 20 < 120)) {
            fault.accept("a heap of " + percent.group(1) + " % of its memory leaves too little");
        }
        Matcher fixed = Pattern.compile("-Xmx(\\d+)m").matcher(String.join(" ", environment.values()));
        if (fixed.find() && limit != null && limit.compareTo(new BigDecimal(fixed.group(1)).multiply(BigDecimal.valueOf(1_398_101))) < 0) {
            fault.accept("a heap of " + fixed.group(1) + " MB leaves too little of its memory");
        }
    }

    private static Map<String, BigDecimal> amounts(JsonNode resources, Workload workload, Consumer<String> fault) {
        Map<String, BigDecimal> amounts = new HashMap<>();
        resources.properties().forEach(each -> {
            try {
                BigDecimal amount = Quantity.getAmountInBytes(Quantity.parse(each.getValue().asText()));
                // "512m" is half a byte
                if (!each.getKey().equals("cpu") && amount.compareTo(BigDecimal.valueOf(1024 * 1024)) < 0) {
                    fault.accept(id(workload.object()) + ": " + each.getKey() + " " + each.getValue().asText() + " is nearly zero");
                }
                amounts.put(each.getKey(), amount);
            } catch (IllegalArgumentException e) {
                fault.accept(id(workload.object()) + ": " + each.getKey() + " " + each.getValue().asText() + " is no quantity");
            }
        });
        return amounts;
    }

    private static void labels(Manifests manifests, Consumer<String> fault) {
        for (ObjectNode object : manifests.objects()) {
            if (!object.at("/metadata/labels").path("app.kubernetes.io/part-of").asText().equals("phone82") && !object.path("kind").asText().equals("PipelineRun")) {
                fault.accept(id(object) + ": not labelled as a part of phone82");
            }
        }
        for (Workload workload : manifests.workloads()) {
            Stream.of(workload.labels(), workload.object().at("/metadata/labels")).forEach(labels -> {
                if (!labels.path(NAME).asText().equals(workload.name()) || !labels.has("app.kubernetes.io/component")) {
                    fault.accept(id(workload.object()) + ": labelled as " + labels);
                }
            });
        }
    }

    private static void selectors(Manifests manifests, Consumer<String> fault) {
        for (Workload workload : manifests.workloads()) {
            JsonNode selector = workload.spec().path("selector");
            if (!selector.path("matchLabels").properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet())
                    .equals(Set.of(NAME, "app.kubernetes.io/instance"))) {
                fault.accept(id(workload.object()) + ": a selector cannot be changed later, so it consists of name and instance");
            }
            if (manifests.selectedBy(selector).size() != 1 || !matches(selector, workload.labels())) {
                fault.accept(id(workload.object()) + ": does not select exactly its own pods");
            }
        }
        manifests.of("Service").filter(service -> manifests.operatedBy(service.at("/spec/selector")).isEmpty())
                .filter(service -> !isEveryContext(manifests, service))
                .forEach(service -> selectsOne(manifests, service, service.at("/spec/selector"), fault));
        manifests.of("PodDisruptionBudget").forEach(budget -> selectsOne(manifests, budget, budget.at("/spec/selector"), fault));
        manifests.of("PodMonitor", "NetworkPolicy").forEach(object -> {
            JsonNode selector = object.at("/spec/" + (object.path("kind").asText().equals("PodMonitor") ? "selector" : "podSelector"));
            if (!isMadeByCluster(selector) && manifests.operatedBy(selector).isEmpty() && manifests.selectedBy(selector).isEmpty()) {
                fault.accept(id(object) + ": selects nothing");
            }
        });
        manifests.of("NetworkPolicy").forEach(policy -> policy.findValues("podSelector").stream()
                .filter(selector -> !isMadeByCluster(selector) && manifests.selectedBy(selector).isEmpty() && manifests.operatedBy(selector).isEmpty())
                .forEach(selector -> fault.accept(id(policy) + ": no pod matches " + selector)));
    }

    /** For the operator's page, which queries each pod. */
    private static boolean isEveryContext(Manifests manifests, ObjectNode service) {
        return nameOf(service).equals("contexts") && service.at("/spec/clusterIP").asText().equals("None")
                && manifests.selectedBy(service.at("/spec/selector")).equals(manifests.workloads().stream().filter(Workload::isContext).toList());
    }

    /** Pods that OpenShift creates for builds and pipelines. */
    private static boolean isMadeByCluster(JsonNode selector) {
        return selector.toString().contains("tekton.dev/") || selector.toString().contains("openshift.io/build");
    }

    private static void selectsOne(Manifests manifests, ObjectNode object, JsonNode selector, Consumer<String> fault) {
        List<Workload> selected = selector.isEmpty() ? List.of() : manifests.selectedBy(selector);
        if (selected.size() != 1 || !selected.get(0).name().equals(nameOf(object))) {
            fault.accept(id(object) + ": selects " + selected.stream().map(Workload::name).toList());
        }
    }

    private static void ports(Manifests manifests, Consumer<String> fault) {
        manifests.of("Service").forEach(service -> each(service.at("/spec/ports")).forEach(port -> {
            if (manifests.selectedBy(service.at("/spec/selector")).stream().anyMatch(workload -> !workload.has(port.path("targetPort")))) {
                fault.accept(id(service) + ": its pods have no port " + port.path("targetPort").asText());
            }
        }));
        manifests.of("NetworkPolicy").filter(policy -> !isMadeByCluster(policy.at("/spec/podSelector"))).forEach(policy -> {
            for (JsonNode rule : policy.at("/spec/ingress")) {
                open(policy, manifests.selectedBy(policy.at("/spec/podSelector")), rule, fault);
                openOperated(policy, manifests.operatedBy(policy.at("/spec/podSelector")), rule, fault);
            }
            for (JsonNode rule : policy.at("/spec/egress")) {
                each(rule.path("to")).filter(peer -> peer.has("podSelector")).map(peer -> peer.path("podSelector")).forEach(peer -> {
                    open(policy, manifests.selectedBy(peer), rule, fault);
                    openOperated(policy, manifests.operatedBy(peer), rule, fault);
                });
            }
        });
        manifests.of("PodMonitor").forEach(monitor -> each(monitor.at("/spec/podMetricsEndpoints")).forEach(endpoint ->
                manifests.selectedBy(monitor.at("/spec/selector")).stream().filter(workload -> !workload.has(endpoint.path("port")))
                        .forEach(workload -> fault.accept(id(monitor) + ": " + workload.name() + " has no such port"))));
        for (Workload workload : manifests.workloads().stream().filter(Workload::isContext).toList()) {
            Map<String, String> environment = manifests.environment(workload.container());
            expectPort(workload, "http", environment.getOrDefault(Settings.variable("phone82." + workload.name() + ".port"),
                    APPLICATION.of(workload.name()).get("phone82." + workload.name() + ".port")), fault);
            expectPort(workload, "management", environment.get("MANAGEMENT_SERVER_PORT"), fault);
        }
    }

    private static void expectPort(Workload workload, String port, String number, Consumer<String> fault) {
        if (each(workload.container().path("ports")).noneMatch(each -> each.path("name").asText().equals(port) && each.path("containerPort").asText().equals(number))) {
            fault.accept(id(workload.object()) + ": listens on " + number + ", which is not its port " + port);
        }
    }

    private static void open(ObjectNode policy, List<Workload> workloads, JsonNode rule, Consumer<String> fault) {
        if (rule.path("ports").isEmpty()) {
            fault.accept(id(policy) + ": opens all ports");
        }
        workloads.forEach(workload -> each(rule.path("ports")).filter(port -> !workload.has(port.path("port")))
                .forEach(port -> fault.accept(id(policy) + ": " + workload.name() + " has no port " + port.path("port").asText())));
    }

    private static void openOperated(ObjectNode policy, List<Operated> servers, JsonNode rule, Consumer<String> fault) {
        servers.forEach(server -> each(rule.path("ports")).map(port -> port.path("port").asInt()).filter(port -> !server.ports().contains(port))
                .forEach(port -> fault.accept(id(policy) + ": " + server.service() + " has no port " + port)));
    }

    private static void probes(Manifests manifests, Consumer<String> fault) {
        for (Workload workload : manifests.workloads()) {
            workload.containers().forEach(container -> Stream.of("startupProbe", "readinessProbe", "livenessProbe").forEach(kind -> {
                JsonNode probe = container.path(kind);
                Stream.of("httpGet", "tcpSocket").filter(probe::has).filter(type -> !workload.has(probe.path(type).path("port")))
                        .forEach(type -> fault.accept(id(workload.object()) + ": " + kind + " uses a port that does not exist"));
                if (Stream.of("httpGet", "tcpSocket", "exec").filter(probe::has).count() != 1) {
                    fault.accept(id(workload.object()) + ": no " + kind);
                }
                if (workload.isContext() && (!probe.at("/httpGet/port").asText().equals("management")
                        || !probe.at("/httpGet/path").asText().equals("/actuator/health/" + (kind.equals("livenessProbe") ? "liveness" : "readiness")))) {
                    fault.accept(id(workload.object()) + ": " + kind + " requests " + probe.path("httpGet"));
                }
                if (kind.equals("livenessProbe") && container.path("image").asText().contains("/sclorg/postgresql-")
                        && !PG_ISREADY.matcher(probe.at("/exec/command").toString()).find()) {
                    fault.accept(id(workload.object()) + ": its liveness does not fail when the server hangs");
                }
                if (!kind.equals("readinessProbe") && probe.path("successThreshold").asInt(1) != 1) {
                    fault.accept(id(workload.object()) + ": " + kind + " can only have a success threshold of 1");
                }
            }));
            Map<String, String> environment = manifests.environment(workload.container());
            JsonNode startup = workload.container().path("startupProbe");
            if (workload.isContext() && startup.path("periodSeconds").asInt(10) * startup.path("failureThreshold").asInt(3)
                    <= seconds(environment, "PHONE82_BROKER_WAIT") + seconds(environment, "PHONE82_DATABASE_WAIT")) {
                fault.accept(id(workload.object()) + ": is killed while it still waits for broker and database");
            }
        }
    }

    private static int seconds(Map<String, String> environment, String variable) {
        return Integer.parseInt(environment.getOrDefault(variable, "30s").replace("s", ""));
    }

    private static void volumes(Manifests manifests, Consumer<String> fault) {
        for (Workload workload : manifests.workloads()) {
            Set<String> there = new HashSet<>();
            each(workload.spec().path("volumeClaimTemplates")).forEach(claim -> there.add(nameOf(claim)));
            each(workload.pod().path("volumes")).forEach(volume -> there.add(volume.path("name").asText()));
            Set<String> mounted = workload.containers().flatMap(container -> each(container.path("volumeMounts")))
                    .map(mount -> mount.path("name").asText()).collect(Collectors.toSet());
            if (!there.equals(mounted)) {
                fault.accept(id(workload.object()) + ": has volumes " + there + " and mounts " + mounted);
            }
            workload.pod().path("volumes").findValues("persistentVolumeClaim").stream().map(claim -> claim.path("claimName").asText())
                    .filter(claim -> manifests.find("PersistentVolumeClaim", claim).isEmpty())
                    .forEach(claim -> fault.accept(id(workload.object()) + ": there is no claim " + claim));
            workload.containers().forEach(container -> {
                if (each(container.path("volumeMounts")).noneMatch(mount -> mount.path("mountPath").asText().equals("/tmp"))) {
                    fault.accept(id(workload.object()) + ": has no writable folder, not even /tmp");
                }
            });
        }
        List<String> mounted = Stream.concat(manifests.workloads().stream().map(Workload::pod),
                manifests.of("ActiveMQArtemis").map(broker -> broker.at("/spec/deploymentPlan"))).flatMap(pod -> pod.findValuesAsText("claimName").stream()).toList();
        manifests.of("PersistentVolumeClaim").forEach(claim -> {
            long users = mounted.stream().filter(nameOf(claim)::equals).count();
            if (users == 0) {
                fault.accept(id(claim) + ": no workload uses it");
            } else if (each(claim.at("/spec/accessModes")).anyMatch(mode -> mode.asText().equals("ReadWriteMany")) != users > 1) {
                fault.accept(id(claim) + ": " + users + " use it, and it has the access modes " + claim.at("/spec/accessModes"));
            }
        });
    }

    private static void keys(Manifests manifests, Consumer<String> fault) {
        for (Workload workload : manifests.workloads()) {
            BiConsumer<String, JsonNode> wanted = (kind, reference) -> {
                String name = reference.path(reference.has("secretName") ? "secretName" : "name").asText();
                Map<String, String> data = manifests.data(kind, name);
                List<String> keys = reference.has("key") ? List.of(reference.path("key").asText()) : reference.path("items").findValuesAsText("key");
                if (reference.path("optional").asBoolean()) {
                    fault.accept(id(workload.object()) + ": would start without " + kind + " " + name);
                }
                if (data.isEmpty() || !data.keySet().containsAll(keys)) {
                    fault.accept(id(workload.object()) + ": " + kind + " " + name + " has no " + (keys.isEmpty() ? "content" : keys));
                }
            };
            workload.pod().findValues("configMapKeyRef").forEach(each -> wanted.accept("ConfigMap", each));
            workload.pod().findValues("configMapRef").forEach(each -> wanted.accept("ConfigMap", each));
            workload.pod().findValues("configMap").forEach(each -> wanted.accept("ConfigMap", each));
            workload.pod().findValues("secretKeyRef").forEach(each -> wanted.accept("Secret", each));
            workload.pod().findValues("secretRef").forEach(each -> wanted.accept("Secret", each));
            workload.pod().findValues("secret").forEach(each -> wanted.accept("Secret", each));
        }
        manifests.of("TriggerAuthentication").flatMap(object -> each(object.at("/spec/secretTargetRef")))
                .filter(each -> !manifests.data("Secret", each.path("name").asText()).containsKey(each.path("key").asText()))
                .forEach(each -> fault.accept("TriggerAuthentication: no secret " + each));
        manifests.of("Cluster", "ObjectStore").flatMap(object -> Stream.of("passwordSecret", "secret", "accessKeyId", "secretAccessKey")
                        .flatMap(field -> object.findValues(field).stream()))
                .filter(each -> !manifests.data("Secret", each.path("name").asText()).containsKey(each.path("key").asText("password")))
                .forEach(each -> fault.accept("Cluster, ObjectStore: no secret " + each));
        manifests.of("Certificate").map(certificate -> certificate.at("/spec/issuerRef/name").asText())
                .filter(issuer -> manifests.find("Issuer", issuer).isEmpty()).forEach(issuer -> fault.accept("Certificate: no issuer " + issuer));
        manifests.of("Issuer").map(issuer -> issuer.at("/spec/ca/secretName").asText()).filter(secret -> !secret.isEmpty())
                .filter(secret -> manifests.certificate(secret).filter(authority -> authority.at("/spec/isCA").asBoolean()).isEmpty())
                .forEach(secret -> fault.accept("Issuer: no authority " + secret));
        manifests.of("Cluster").flatMap(cluster -> each(cluster.at("/spec/plugins"))).map(plugin -> plugin.at("/parameters/barmanObjectName").asText())
                .filter(store -> manifests.find("ObjectStore", store).isEmpty()).forEach(store -> fault.accept("Cluster: no object store " + store));
        manifests.of("ActiveMQArtemis").flatMap(object -> each(object.at("/spec/deploymentPlan/extraMounts/secrets")))
                .filter(secret -> manifests.data("Secret", secret.asText()).isEmpty())
                .forEach(secret -> fault.accept("ActiveMQArtemis: no secret " + secret));
    }

    private static void accounts(Manifests manifests, Consumer<String> fault) {
        for (Workload workload : manifests.workloads()) {
            if (!workload.pod().path("serviceAccountName").asText().equals(workload.name())
                    || manifests.find("ServiceAccount", workload.name()).isEmpty()) {
                fault.accept(id(workload.object()) + ": no service account of its own");
            }
            if (workload.pod().path("automountServiceAccountToken").asBoolean(true)) {
                fault.accept(id(workload.object()) + ": gets a token of the cluster that it does not need");
            }
        }
    }

    private static void security(Manifests manifests, Consumer<String> fault) {
        for (Workload workload : manifests.workloads()) {
            JsonNode pod = workload.pod();
            Consumer<String> report = line -> fault.accept(id(workload.object()) + ": " + line);
            each(workload.container().path("env")).filter(variable -> variable.at("/valueFrom").has("secretKeyRef")).map(variable -> variable.path("name").asText())
                    .filter(name -> (workload.container().path("args") + " " + workload.container().path("command")).contains("$(" + name + ")"))
                    .forEach(name -> report.accept("lists " + name + " among its arguments"));
            if (!pod.at("/securityContext/runAsNonRoot").asBoolean() || !pod.at("/securityContext/seccompProfile/type").asText().equals("RuntimeDefault")) {
                report.accept("may run as root, or without the runtime's filter of system calls");
            }
            if (manifests.isOpenShift() && Stream.of("runAsUser", "runAsGroup", "fsGroup").anyMatch(field -> !pod.findValues(field).isEmpty())) {
                report.accept("sets its user, which OpenShift chooses");
            }
            if (Stream.of("hostNetwork", "hostPID", "hostIPC").anyMatch(pod::has) || !pod.findValues("hostPath").isEmpty() || !pod.findValues("hostPort").isEmpty()) {
                report.accept("accesses its host");
            }
            if (pod.path("enableServiceLinks").asBoolean(true)) {
                report.accept("gets variables of all Services");
            }
            workload.containers().map(container -> container.path("securityContext")).forEach(context -> {
                if (context.path("privileged").asBoolean() || context.path("allowPrivilegeEscalation").asBoolean(true)
                        || !context.path("readOnlyRootFilesystem").asBoolean() || context.at("/capabilities").has("add")
                        || each(context.at("/capabilities/drop")).noneMatch(each -> each.asText().equals("ALL"))) {
                    report.accept("is not fully restricted");
                }
            });
        }
    }

    private static void secrets(Manifests manifests, Consumer<String> fault) {
        manifests.of("Secret").forEach(secret -> {
            boolean demo = secret.at("/metadata/annotations").has("phone82/demo");
            boolean password = manifests.workloads().stream().flatMap(workload -> workload.pod().findValues("secretKeyRef").stream())
                    .anyMatch(each -> each.path("name").asText().equals(nameOf(secret)));
            if (manifests.project().isProduction() && (demo || secret.toString().contains("demo"))) {
                fault.accept(id(secret) + ": is public");
            }
            if (!manifests.project().isProduction() && password && !demo && !nameOf(secret).startsWith(OWN_KEY) && !nameOf(secret).equals(BROKER_USERS)) {
                fault.accept(id(secret) + ": a password in the repository that is not marked as a demo one");
            }
            if (demo && !manifests.data("Secret", nameOf(secret)).getOrDefault("session-keys", "").isEmpty()) {
                fault.accept(id(secret) + ": anybody can make a session of any user");
            }
            if (nameOf(secret).equals(BROKER_USERS) && (demo || secret.toString().contains("demo"))) {
                fault.accept(id(secret) + ": contexts know the passwords of each other");
            }
        });
        manifests.of("ConfigMap", "Deployment", "StatefulSet").filter(object -> object.toString().matches(".*demo-(app|pay|store|customer|operator|postgres).*"))
                .forEach(object -> fault.accept(id(object) + ": holds a password"));
    }

    private static void settings(Manifests manifests, Consumer<String> fault) {
        List<Workload> contexts = manifests.workloads().stream().filter(Workload::isContext).toList();
        if (!contexts.stream().map(Workload::name).sorted().toList().equals(Settings.contexts().stream().sorted().toList())) {
            fault.accept("runs " + contexts.stream().map(Workload::name).toList() + " of " + Settings.contexts());
        }
        for (Workload workload : contexts) {
            Map<String, String> environment = manifests.environment(workload.container());
            environment.keySet().stream().filter(variable -> !APPLICATION.isKnown(workload.name(), variable))
                    .forEach(variable -> fault.accept(id(workload.object()) + ": the application knows no " + variable));
            boolean certificate = environment.getOrDefault("PHONE82_BROKER_URL", "").contains("keyStorePath=");
            APPLICATION.needed(workload.name()).stream().filter(property -> environment.getOrDefault(Settings.variable(property), "").isEmpty())
                    .filter(property -> !certificate || !property.endsWith(".broker-password"))
                    .forEach(property -> fault.accept(id(workload.object()) + ": needs " + property));
            if (!each(workload.container().path("args")).map(JsonNode::asText).toList().equals(List.of(workload.name()))) {
                fault.accept(id(workload.object()) + ": runs " + workload.container().path("args"));
            }
        }
        if (!manifests.data("ConfigMap", "apiurl").equals(Map.of("url", (manifests.project().isProduction() ? "https" : "http") + "://pay:8080")) || contexts.stream().filter(each -> each.name().equals("app"))
                .noneMatch(app -> each(app.container().path("env")).anyMatch(each -> each.path("name").asText().equals("PHONE82_APP_PAY_URL")
                        && each.at("/valueFrom/configMapKeyRef/name").asText().equals("apiurl")))) {
            fault.accept("app does not find pay by the config map apiurl");
        }
        if (contexts.stream().filter(each -> each.name().equals("app"))
                .noneMatch(app -> manifests.environment(app.container()).getOrDefault("PHONE82_CATALOGUE_OPEN", "").equals("false"))) {
            fault.accept("app takes orders for items that are not listed");
        }
        provider(manifests, fault);
        edge(manifests, fault);
    }

    /** Without its proxies the gateway takes all customers for one; if it trusts a whole private network, customers there can forge addresses. */
    private static void edge(Manifests manifests, Consumer<String> fault) {
        String proxies = manifests.data("ConfigMap", "edge").getOrDefault("trusted-proxies", "");
        if (!proxies.matches("[0-9a-f.:]+/\\d+(,[0-9a-f.:]+/\\d+)*") || Stream.of(proxies.split(",")).anyMatch(each -> Integer.parseInt(each.replaceAll(".*/", "")) < 14)) {
            fault.accept("the gateway does not know the proxies before it");
        }
    }

    /** A project for trials runs the simulated provider; in production the operator chooses the provider. */
    private static void provider(Manifests manifests, Consumer<String> fault) {
        boolean simulated = manifests.workloads().stream().anyMatch(workload -> workload.name().equals("provider"));
        String url = manifests.data("ConfigMap", "payment-provider").getOrDefault("url", "");
        if (manifests.project().isProduction() && (simulated || !url.isEmpty())) {
            fault.accept("production runs with a payment provider that its operator did not choose");
        }
        if (simulated == url.isEmpty()) {
            fault.accept("pay does not use the existing simulated provider, or uses one that does not exist");
        }
    }

    /** Each calling context has exactly its own private key; all trust the public ones. */
    private static void identity(Manifests manifests, Consumer<String> fault) {
        Map<String, ECKey> trusted = new HashMap<>();
        try {
            for (JWK key : JWKSet.parse(manifests.data("ConfigMap", "identity").getOrDefault("PHONE82_IDENTITY_TRUSTED_KEYS", "{}")).getKeys()) {
                if (key.isPrivate()) {
                    fault.accept("the private key of " + key.getKeyID() + " is shown to all");
                }
                trusted.put(key.getKeyID(), key.toECKey());
            }
        } catch (ParseException e) {
            fault.accept("ConfigMap identity: " + e.getMessage());
        }
        for (Workload workload : manifests.workloads()) {
            List<String> keys = Stream.concat(workload.pod().findValues("secretKeyRef").stream().map(each -> each.path("name").asText()),
                            Stream.concat(workload.pod().findValues("secretRef").stream().map(each -> each.path("name").asText()),
                                    workload.pod().findValues("secret").stream().map(each -> each.path("secretName").asText())))
                    .filter(name -> name.startsWith(OWN_KEY)).toList();
            Map<String, String> environment = manifests.environment(workload.container());
            List<String> own = workload.isContext() && !workload.name().equals("customer") ? List.of(OWN_KEY + workload.name()) : List.of();
            if (!keys.equals(own)) {
                fault.accept(id(workload.object()) + ": has the keys " + keys + ", not " + own);
            }
            if (!own.isEmpty()) {
                try {
                    ECKey key = ECKey.parse(environment.getOrDefault("PHONE82_IDENTITY_KEY", ""));
                    if (!key.isPrivate() || !key.getKeyID().equals(workload.name()) || !key.toPublicJWK().equals(trusted.get(workload.name()))) {
                        fault.accept(id(workload.object()) + ": its key is not one that the others trust");
                    }
                } catch (ParseException e) {
                    fault.accept(id(workload.object()) + ": its key is invalid: " + e.getMessage());
                }
            }
        }
    }

    /** The same user has the same password on both sides. */
    private static void passwords(Manifests manifests, Consumer<String> fault) {
        Map<String, String> users = manifests.data("Secret", BROKER_USERS);
        Map<String, String> known = Stream.of(users.getOrDefault("artemis-users.properties", "").split("\n")).map(line -> line.split("=", 2))
                .filter(pair -> pair.length == 2).collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        Map<String, String> server = new HashMap<>();
        manifests.workloads().forEach(workload -> server.putAll(manifests.environment(workload.container())));
        for (String role : Settings.text(Path.of("artemis/artemis-roles.properties")).lines().filter(line -> line.matches("\\w+=.*"))
                .map(line -> line.substring(0, line.indexOf('='))).map(String::trim).toList()) {
            if (!hasCertificates(manifests) && (!known.containsKey(role) || !known.get(role).equals(users.get(role)))) {
                fault.accept("the broker does not know the password of " + role);
            }
        }
        for (Workload workload : manifests.workloads().stream().filter(Workload::isContext).toList()) {
            Map<String, String> environment = manifests.environment(workload.container());
            String prefix = "PHONE82_" + workload.name().toUpperCase(Locale.ROOT);
            String own = environment.get(prefix + "_BROKER_PASSWORD");
            if (own != null && !own.equals(known.get(workload.name()))) {
                fault.accept(workload.name() + " does not have its own password of the broker");
            }
            String database = environment.get(prefix + "_DATABASE_PASSWORD");
            String expected = manifests.of("Cluster").findFirst().map(cluster -> password(manifests, cluster, workload.name()))
                    .orElse(server.get(workload.name().toUpperCase(Locale.ROOT) + "_PASSWORD"));
            if (database != null && !database.equals(expected)) {
                fault.accept(workload.name() + " does not have its own password of its database");
            }
        }
        reloads(manifests, fault);
        Set<String> distinct = new HashSet<>(known.values());
        if (distinct.size() < known.size()) {
            fault.accept("users of the broker share a password");
        }
    }

    /** CloudNativePG notices a new password in a secret with a label. Secrets that the scripts did not create get it by the commands of the guides. */
    private static void reloads(Manifests manifests, Consumer<String> fault) {
        Set<String> secrets = manifests.of("Cluster").flatMap(cluster -> Stream.concat(Stream.of(cluster.at("/spec/bootstrap/initdb/secret/name")),
                each(cluster.at("/spec/managed/roles")).map(role -> role.at("/passwordSecret/name")))).map(JsonNode::asText).collect(Collectors.toSet());
        secrets.stream().filter(secret -> manifests.find("Secret", secret).filter(each -> each.at("/metadata/labels").path("cnpg.io/reload").asText().equals("true")).isEmpty())
                .forEach(secret -> fault.accept("CloudNativePG does not notice a new password in " + secret));
        for (Path guide : List.of(DEPLOYING, OPERATING)) {
            labelled(guide).filter(command -> !command.contains("cnpg.io/reload=true")).flatMap(Set::stream).filter(secrets::contains)
                    .forEach(secret -> fault.accept(guide + ": CloudNativePG does not notice a new password in " + secret));
        }
        Set<String> forgotten = new HashSet<>(secrets);
        labelled(OPERATING).forEach(forgotten::removeAll);
        forgotten.forEach(secret -> fault.accept(OPERATING + ": does not label " + secret));
    }

    /** The words after each {@code oc label secret} of a guide. */
    private static Stream<Set<String>> labelled(Path guide) {
        return LABEL_SECRET.matcher(Settings.text(guide)).results().map(command -> Set.copyOf(List.of(command.group(1).split(" "))));
    }

    private static boolean hasCertificates(Manifests manifests) {
        return manifests.of("Certificate").findAny().isPresent();
    }

    /** In production broker and contexts know each other by certificates, and nothing has a password of the broker. */
    private static void certificates(Manifests manifests, Consumer<String> fault) {
        if (!hasCertificates(manifests)) {
            if (manifests.project().isProduction()) {
                fault.accept("the broker's users have passwords");
            }
            return;
        }
        manifests.objects().stream().filter(object -> object.toString().matches(".*(broker-users|_BROKER_PASSWORD|ARTEMIS_PASSWORD\",\"value\"|artemis-users.properties\":).*"))
                .forEach(object -> fault.accept(id(object) + ": knows a password of the broker"));
        for (Workload workload : manifests.workloads()) {
            Set<String> secrets = workload.pod().path("volumes").findValues("secret").stream().map(secret -> secret.path("secretName").asText())
                    .filter(secret -> manifests.certificate(secret).filter(certificate -> !certificate.at("/spec/issuerRef/name").asText().equals("tls")).isPresent())
                    .collect(Collectors.toSet());
            boolean broker = workload.name().equals("artemis");
            boolean client = workload.isContext() && APPLICATION.needed(workload.name()).contains("phone82.broker.url");
            if (!secrets.equals(broker || client ? Set.of("broker-" + workload.name()) : Set.of())) {
                fault.accept(id(workload.object()) + ": has the certificates " + secrets);
            }
            if (client) {
                clientCertificate(manifests, workload, line -> fault.accept(id(workload.object()) + ": " + line));
            }
        }
        manifests.of("ActiveMQArtemis").forEach(broker -> serverCertificate(manifests, each(broker.at("/spec/brokerProperties")).map(JsonNode::asText).toList(),
                "/amq/extra/secrets/broker-artemis", line -> fault.accept(id(broker) + ": " + line)));
        manifests.find("StatefulSet", "artemis").ifPresent(broker -> serverCertificate(manifests, broker.findValues("configMap").stream()
                .flatMap(map -> manifests.data("ConfigMap", map.path("name").asText()).getOrDefault("broker.properties", "").lines()).toList(),
                "/etc/broker", line -> fault.accept(id(broker) + ": " + line)));
    }

    private static void clientCertificate(Manifests manifests, Workload context, Consumer<String> fault) {
        JsonNode certificate = manifests.certificate("broker-" + context.name()).map(each -> each.path("spec")).orElse(MissingNode.getInstance());
        if (!certificate.path("commonName").asText().equals(context.name()) || !usages(certificate).equals(Set.of("digital signature", "client auth"))
                || !certificate.at("/issuerRef/name").asText().equals("broker")) {
            fault.accept("its certificate is not that of its broker user");
        }
        String url = manifests.environment(context.container()).getOrDefault("PHONE82_BROKER_URL", "");
        String folder = each(context.container().path("volumeMounts")).filter(mount -> mount.path("name").asText().equals("broker"))
                .map(mount -> mount.path("mountPath").asText()).findFirst().orElse("?");
        if (!url.endsWith("?sslEnabled=true&keyStoreType=PEM&keyStorePath=%1$s/tls-combined.pem&trustStoreType=PEMCA&trustStorePath=%1$s/ca.crt".formatted(folder))) {
            fault.accept("does not use its certificate at the broker: " + url);
        }
    }

    private static void serverCertificate(Manifests manifests, List<String> properties, String folder, Consumer<String> fault) {
        JsonNode certificate = manifests.certificate("broker-artemis").map(each -> each.path("spec")).orElse(MissingNode.getInstance());
        if (each(certificate.path("dnsNames")).noneMatch(name -> name.asText().equals("artemis")) || !usages(certificate).equals(Set.of("digital signature", "server auth"))
                || !certificate.at("/issuerRef/name").asText().equals("broker")) {
            fault.accept("its certificate is not that of a server at artemis");
        }
        Stream.concat(Stream.of("authorizationCacheSize=0"), Stream.of("securityDomain=certificates", "sslEnabled=true", "needClientAuth=true", "sslAutoReload=true",
                        "keyStoreType=PEM", "keyStorePath=" + folder + "/tls-combined.pem", "trustStoreType=PEMCA", "trustStorePath=" + folder + "/ca.crt")
                .map("acceptorConfigurations.artemis.params."::concat))
                .filter(line -> !properties.contains(line)).forEach(line -> fault.accept("lacks " + line));
    }

    private static Set<String> usages(JsonNode certificate) {
        return each(certificate.path("usages")).map(JsonNode::asText).collect(Collectors.toSet());
    }

    /** The password that CloudNativePG gives the owner of a database, which must exist. */
    private static String password(Manifests manifests, ObjectNode cluster, String user) {
        JsonNode first = cluster.at("/spec/bootstrap/initdb");
        boolean own = first.path("owner").asText().equals(user);
        boolean exists = own ? first.path("database").asText().equals(user) : manifests.find("Database", user)
                .filter(database -> database.at("/spec/name").asText().equals(user) && database.at("/spec/owner").asText().equals(user)
                        && database.at("/spec/cluster/name").asText().equals(nameOf(cluster))).isPresent();
        String secret = own ? first.at("/secret/name").asText() : each(cluster.at("/spec/managed/roles"))
                .filter(role -> role.path("name").asText().equals(user) && role.path("login").asBoolean())
                .map(role -> role.at("/passwordSecret/name").asText()).findFirst().orElse("");
        Map<String, String> data = manifests.data("Secret", secret);
        return exists && user.equals(data.get("username")) ? data.getOrDefault("password", "") : "";
    }

    /** The calls follow from the settings: there is a Service at each address, and both network policies allow the call. */
    private static void calls(Manifests manifests, Consumer<String> fault) {
        for (Workload workload : manifests.workloads()) {
            Map<String, String> environment = new LinkedHashMap<>(manifests.environment(workload.container()));
            environment.keySet().removeIf(variable -> variable.startsWith("PHONE82_") && workload.isContext() && !OPTIONAL.contains(variable)
                    && !APPLICATION.needed(workload.name()).stream().map(Settings::variable).toList().contains(variable));
            environment.forEach((variable, value) -> {
                Matcher place = PLACE.matcher(value);
                if (!place.matches()) {
                    return;
                }
                String caller = variable.endsWith("_CALLBACK_URL") ? "coordinator" : workload.name();
                int port = place.group(2) == null ? 80 : Integer.parseInt(place.group(2));
                if (variable.endsWith("_CALLBACK_URL") && !place.group(1).equals(workload.name())) {
                    fault.accept(workload.name() + " is called back at " + value);
                }
                if (value.startsWith("jdbc:") && !workload.name().equals(place.group(3))) {
                    fault.accept(workload.name() + " uses the database of another: " + value);
                }
                manifests.find("Service", place.group(1)).flatMap(service -> each(service.at("/spec/ports")).filter(each -> each.path("port").asInt() == port)
                        .findFirst()).ifPresentOrElse(target -> {
                            allowed(manifests, caller, place.group(1), target.path("targetPort"), fault);
                            allowedToOperated(manifests, caller, place.group(1), target.path("targetPort").asInt(), fault);
                        }, () -> {
                            if (!allowedToOperated(manifests, caller, place.group(1), port, fault)) {
                                fault.accept(workload.name() + ": " + variable + " is " + value + ", where there is no Service");
                            }
                        });
            });
        }
        manifests.of("ScaledObject").flatMap(scaler -> each(scaler.at("/spec/triggers"))).map(trigger -> trigger.at("/metadata/url").asText())
                .filter(url -> !url.isEmpty()).filter(url -> !isServed(manifests, URI.create(url)))
                .forEach(url -> fault.accept("KEDA calls " + url + ", where no Service leads to an open port"));
        if (manifests.find("NetworkPolicy", "default-deny").filter(policy -> policy.at("/spec/podSelector").isEmpty() && policy.at("/spec/policyTypes").size() == 2
                && !policy.path("spec").has("ingress") && !policy.path("spec").has("egress")).isEmpty()) {
            fault.accept("traffic is not denied by default");
        }
    }

    /** Whether KEDA, which is in another project, reaches this address. */
    private static boolean isServed(Manifests manifests, URI url) {
        String[] host = url.getHost().split("\\.");
        return host.length > 1 && manifests.find("Service", host[0]).stream().anyMatch(service -> each(service.at("/spec/ports"))
                .filter(port -> port.path("port").asInt() == url.getPort()).map(port -> port.path("targetPort"))
                .anyMatch(port -> manifests.selectedBy(service.at("/spec/selector")).stream().anyMatch(workload -> workload.has(port)
                        && admits(manifests, workload.labels(), workload.portNumber(port), "keda"))));
    }

    private static void allowed(Manifests manifests, String from, String to, JsonNode targetPort, Consumer<String> fault) {
        List<Workload> callers = manifests.workloads().stream().filter(each -> each.name().equals(from)).toList();
        for (Workload called : manifests.workloads().stream().filter(each -> each.name().equals(to)).toList()) {
            int number = called.portNumber(targetPort);
            for (Workload caller : callers) {
                requireOpen(manifests, caller.labels(), called.labels(), number, from + " to " + to, fault);
            }
        }
    }

    /** Returns false if no operator creates this Service. */
    private static boolean allowedToOperated(Manifests manifests, String from, String to, int port, Consumer<String> fault) {
        List<Operated> servers = manifests.operated().stream().filter(server -> server.service().equals(to) && server.ports().contains(port)).toList();
        manifests.workloads().stream().filter(caller -> caller.name().equals(from)).forEach(caller -> servers.forEach(server ->
                requireOpen(manifests, caller.labels(), server.labels(), port, from + " to " + to, fault)));
        return !servers.isEmpty();
    }

    private static void requireOpen(Manifests manifests, JsonNode caller, JsonNode called, int port, String connection, Consumer<String> fault) {
        if (!open(manifests, caller, called, "egress", "to", port) || !open(manifests, called, caller, "ingress", "from", port)) {
            fault.accept("no permitted connection from " + connection + " on " + port);
        }
    }

    private static boolean open(Manifests manifests, JsonNode subject, JsonNode peer, String direction, String side, int port) {
        return manifests.of("NetworkPolicy").filter(policy -> matches(policy.at("/spec/podSelector"), subject))
                .flatMap(policy -> each(policy.at("/spec/" + direction)))
                .filter(rule -> each(rule.path("ports")).anyMatch(each -> each.path("port").asInt() == port))
                .anyMatch(rule -> each(rule.path(side)).anyMatch(each -> each.has("podSelector") && matches(each.path("podSelector"), peer)));
    }

    /** Customers outside the project have one entry, the gateway, encrypted where the platform supports it. */
    private static void doors(Manifests manifests, Consumer<String> fault) {
        Set<Integer> forMonitoring = Set.of(9090);
        manifests.of("Route").forEach(route -> {
            if (!route.at("/spec/to/name").asText().equals("gateway") || !route.at("/spec/tls").has("termination")
                    || !route.at("/spec/tls/insecureEdgeTerminationPolicy").asText().equals("Redirect")
                    || !hasPort(manifests, "gateway", route.at("/spec/port/targetPort"))) {
                fault.accept(id(route) + ": needs TLS to port http of gateway only");
            }
        });
        manifests.of("Ingress").forEach(ingress -> ingress.findValues("service").forEach(service -> {
            if (!service.path("name").asText().equals("gateway") || !hasPort(manifests, "gateway", service.at("/port/name"))) {
                fault.accept(id(ingress) + ": needs port http of gateway only");
            }
        }));
        if (manifests.of("Route", "Ingress").count() != 1) {
            fault.accept("needs one Route or Ingress");
        }
        boolean[] door = {false};
        manifests.of("NetworkPolicy").forEach(policy -> each(policy.at("/spec/ingress"))
                .filter(rule -> rule.path("from").isEmpty() || each(rule.path("from")).anyMatch(peer -> !peer.has("podSelector"))).forEach(rule -> {
                    List<String> names = manifests.selectedBy(policy.at("/spec/podSelector")).stream().map(Workload::name).toList();
                    List<Integer> ports = each(rule.path("ports")).map(port -> port.path("port").asInt()).toList();
                    boolean gateway = names.equals(List.of("gateway")) && ports.equals(List.of(8080));
                    boolean keda = manifests.project() == Project.KEDA && names.equals(List.of("artemis")) && ports.equals(List.of(8161));
                    boolean operator = names.isEmpty() && each(rule.path("from")).allMatch(peer -> peer.has("namespaceSelector"))
                            && manifests.operatedBy(policy.at("/spec/podSelector")).stream().anyMatch(server -> server.ports().containsAll(ports));
                    door[0] |= gateway;
                    if (rule.path("from").isEmpty() || !gateway && !keda && !operator && !forMonitoring.containsAll(ports)) {
                        fault.accept(id(policy) + ": lets others in to " + names + " on " + ports);
                    }
                }));
        if (!door[0]) {
            fault.accept("clients outside of the project cannot reach the gateway");
        }
        manifests.operated().forEach(server -> {
            boolean broker = server.service().equals("artemis");
            Set<String> admitted = manifests.of("NetworkPolicy").filter(policy -> matches(policy.at("/spec/podSelector"), server.labels()))
                    .flatMap(policy -> each(policy.at("/spec/ingress")))
                    .filter(rule -> each(rule.path("ports")).anyMatch(port -> port.path("port").asInt() == (broker ? 8161 : 8000)))
                    .flatMap(rule -> rule.findValues("namespaceSelector").stream()).flatMap(selector -> each(selector.at("/matchExpressions/0/values")))
                    .map(JsonNode::asText).collect(Collectors.toSet());
            (broker ? BROKER_OPERATORS : DATABASE_OPERATORS).stream().filter(namespace -> !admitted.contains(namespace))
                    .forEach(namespace -> fault.accept(server.service() + ": its operator in " + namespace + " cannot reach it"));
        });
    }

    private static boolean hasPort(Manifests manifests, String service, JsonNode port) {
        return manifests.find("Service", service).stream().flatMap(each -> each(each.at("/spec/ports"))).anyMatch(each -> each.path("name").equals(port));
    }

    /** A new pod is ready before an old one ends, except where two would write to one volume, or to the coordinator's database. */
    private static void rolling(Manifests manifests, Consumer<String> fault) {
        for (Workload workload : manifests.workloads()) {
            JsonNode strategy = workload.spec().path("strategy");
            boolean single = workload.name().equals("coordinator") || !workload.pod().path("volumes").findValues("persistentVolumeClaim").isEmpty();
            if (single && !(strategy.path("type").asText().equals("Recreate") && workload.spec().path("replicas").asInt() == 1 && !strategy.has("rollingUpdate"))) {
                fault.accept(id(workload.object()) + ": two instances would use one volume or database");
            }
            if (workload.kind().equals("Deployment") && !single && !(strategy.path("type").asText().equals("RollingUpdate")
                    && strategy.at("/rollingUpdate/maxUnavailable").asText().equals("0") && strategy.at("/rollingUpdate/maxSurge").asInt() > 0
                    && workload.spec().path("minReadySeconds").asInt() > 0)) {
                fault.accept(id(workload.object()) + ": is unavailable during a rollout");
            }
            if (workload.kind().equals("Deployment") && !isSpread(workload, "kubernetes.io/hostname")) {
                fault.accept(id(workload.object()) + ": all of its pods may be on one host");
            }
        }
    }

    private static boolean isSpread(Workload workload, String topology) {
        return each(workload.pod().path("topologySpreadConstraints")).anyMatch(spread -> spread.path("topologyKey").asText().equals(topology)
                && matches(spread.path("labelSelector"), workload.labels()) && spread.path("matchLabelKeys").toString().contains(NAME));
    }

    private static void stopping(Manifests manifests, Consumer<String> fault) {
        for (Workload workload : manifests.workloads().stream().filter(Workload::isContext).toList()) {
            JsonNode sleep = workload.container().at("/lifecycle/preStop/exec/command");
            Map<String, String> environment = manifests.environment(workload.container());
            Function<String, Long> seconds = property -> DurationStyle.detectAndParse(environment.getOrDefault(Settings.variable(property),
                    APPLICATION.of(workload.name()).get(property)), ChronoUnit.SECONDS).toSeconds();
            long notice = seconds.apply("phone82.operations.notice");
            if (!sleep.path(0).asText().equals("sleep") || sleep.path(1).asInt() < 5 || notice <= seconds.apply("phone82.http.keep-alive")) {
                fault.accept(id(workload.object()) + ": stops while it still receives requests");
            }
            if (sleep.path(1).asInt() + notice + seconds.apply("camel.main.shutdown-timeout") >= workload.pod().path("terminationGracePeriodSeconds").asInt(30)) {
                fault.accept(id(workload.object()) + ": is killed before it has finished");
            }
        }
    }

    private static void scaling(Manifests manifests, Consumer<String> fault) {
        List<String> scaled = new ArrayList<>();
        manifests.of("HorizontalPodAutoscaler", "ScaledObject").forEach(scaler -> {
            String target = scaler.at("/spec/scaleTargetRef/name").asText();
            boolean own = scaler.path("kind").asText().equals("HorizontalPodAutoscaler");
            scaled.add(target);
            manifests.find("Deployment", target).ifPresentOrElse(deployment -> {
                if (deployment.path("spec").has("replicas")) {
                    fault.accept(id(deployment) + ": sets replicas against its autoscaler");
                }
            }, () -> fault.accept(id(scaler) + ": there is no " + target));
            int least = manifests.project() == Project.PROD_HA ? 2 : 1;
            if (scaler.at(own ? "/spec/minReplicas" : "/spec/minReplicaCount").asInt() != least
                    || scaler.at(own ? "/spec/maxReplicas" : "/spec/maxReplicaCount").asInt() != 10) {
                fault.accept(id(scaler) + ": needs " + least + " to 10 pods");
            }
            if (scaler.at(own ? "/spec/behavior" : "/spec/advanced/horizontalPodAutoscalerConfig/behavior").at("/scaleUp/stabilizationWindowSeconds").asInt() < 30) {
                fault.accept(id(scaler) + ": takes the CPU of a start for load");
            }
            if (own && scaler.at("/spec/metrics/0/resource/target/averageUtilization").asInt() != 15) {
                fault.accept(id(scaler) + ": needs a target of 15 % of CPU");
            }
        });
        if (!scaled.equals(List.of("store"))) {
            fault.accept("scales " + scaled + ", each needs one autoscaler");
        }
        manifests.of("PodDisruptionBudget").forEach(budget -> {
            JsonNode spec = budget.path("spec");
            if (spec.has("minAvailable") == spec.has("maxUnavailable")) {
                fault.accept(id(budget) + ": needs either minAvailable or maxUnavailable");
            }
            if (spec.has("minAvailable") || spec.path("maxUnavailable").asInt() < 1) {
                fault.accept(id(budget) + ": blocks draining a host if there is one pod");
            }
            if (!spec.path("unhealthyPodEvictionPolicy").asText().equals("AlwaysAllow")) {
                fault.accept(id(budget) + ": blocks draining a host while no pod is ready");
            }
        });
        manifests.workloads().stream().filter(workload -> workload.isContext() && !workload.name().equals("coordinator"))
                .filter(workload -> manifests.find("PodDisruptionBudget", workload.name()).isEmpty())
                .forEach(workload -> fault.accept(id(workload.object()) + ": all of its pods may be evicted at once"));
        if (manifests.project().isProduction()) {
            manifests.workloads().stream().filter(workload -> workload.isContext() && workload.spec().has("replicas") && !workload.name().equals("coordinator"))
                    .filter(workload -> workload.spec().path("replicas").asInt() < 2)
                    .forEach(workload -> fault.accept(id(workload.object()) + ": has a single pod"));
        }
    }

    private static void images(Manifests manifests, Consumer<String> fault) {
        manifests.of("Cluster").map(cluster -> cluster.at("/spec/imageName").asText()).filter(image -> !VERSIONED.matcher(image).matches())
                .forEach(image -> fault.accept("Cluster: image " + image + " names no registry, or no version"));
        for (Workload workload : manifests.workloads()) {
            workload.containers().map(container -> container.path("image").asText()).forEach(image -> {
                boolean ours = image.equals("phone82:latest");
                if (ours && !workload.container().path("imagePullPolicy").asText().equals("IfNotPresent")) {
                    fault.accept(id(workload.object()) + ": a node that has the image would still ask a registry");
                }
                if (image.contains("/sclorg/postgresql-")
                        && !"/dev/stderr".equals(manifests.environment(workload.container()).get("POSTGRESQL_LOG_DESTINATION"))) {
                    fault.accept(id(workload.object()) + ": its log is a file that nobody reads");
                }
                if (!ours && !VERSIONED.matcher(image).matches()) {
                    fault.accept(id(workload.object()) + ": image " + image + " names no registry, or no version");
                }
            });
            JsonNode trigger = workload.object().at("/metadata/annotations").path("image.openshift.io/triggers");
            if (trigger.isTextual()) {
                trigger(manifests, workload, trigger.asText(), fault);
            }
        }
        if (manifests.isOpenShift()) {
            if (manifests.of("ImageStream").noneMatch(stream -> nameOf(stream).equals("phone82") && stream.at("/spec/lookupPolicy/local").asBoolean())) {
                fault.accept("phone82:latest would be looked for in a public registry");
            }
            manifests.of("BuildConfig").forEach(build -> {
                if (!isTag(build.at("/spec/output/to"), "phone82:candidate", manifests) || !build.at("/spec/source/type").asText().equals("Binary")) {
                    fault.accept(id(build) + ": does not build our image");
                }
            });
        }
    }

    private static void trigger(Manifests manifests, Workload workload, String triggers, Consumer<String> fault) {
        try {
            JsonNode trigger = new JsonMapper().readTree(triggers).path(0);
            if (!isTag(trigger.path("from"), "phone82:latest", manifests) || !trigger.path("fieldPath").asText()
                    .equals("spec.template.spec.containers[?(@.name==\"" + workload.container().path("name").asText() + "\")].image")) {
                fault.accept(id(workload.object()) + ": a trigger that never fires: " + trigger);
            }
        } catch (JsonProcessingException e) {
            fault.accept(id(workload.object()) + ": a trigger that is not JSON");
        }
    }

    private static boolean isTag(JsonNode tag, String name, Manifests manifests) {
        return tag.path("kind").asText().equals("ImageStreamTag") && tag.path("name").asText().equals(name)
                && manifests.find("ImageStream", "phone82").isPresent();
    }

    private static void monitoring(Manifests manifests, Consumer<String> fault) {
        manifests.of("PrometheusRule").flatMap(rules -> rules.findParents("alert").stream()).filter(alert -> !isInRunbook(alert))
                .forEach(alert -> fault.accept("alert " + alert.path("alert").asText() + ": no section with cause, check and action in " + RUNBOOK));
        manifests.of("ConfigMap").filter(map -> map.at("/metadata/labels").has("grafana_dashboard")).forEach(map -> map.path("data").forEach(dashboard -> {
            try {
                new JsonMapper().readTree(dashboard.asText());
            } catch (JsonProcessingException e) {
                fault.accept(id(map) + ": not JSON");
            }
        }));
        // one query hangs, and another one waits for a connection
        Map<String, String> settings = APPLICATION.of("pay");
        Duration hanging = Duration.ofSeconds(Long.parseLong(settings.get("spring.datasource.hikari.data-source-properties.socketTimeout")))
                .plusMillis(Long.parseLong(settings.get("spring.datasource.hikari.connection-timeout")));
        manifests.of("PodMonitor").filter(monitor -> !admitsPrometheus(manifests, monitor.at("/spec/selector")))
                .forEach(monitor -> fault.accept(id(monitor) + ": a network policy keeps Prometheus out"));
        manifests.of("PodMonitor").filter(monitor -> !manifests.selectedBy(monitor.at("/spec/selector")).isEmpty())
                .forEach(monitor -> each(monitor.at("/spec/podMetricsEndpoints")).forEach(endpoint -> {
            Duration patience = DurationStyle.detectAndParse(endpoint.path("scrapeTimeout").asText("10s"));
            if (patience.compareTo(hanging) < 0 || patience.compareTo(DurationStyle.detectAndParse(endpoint.path("interval").asText())) > 0) {
                fault.accept(id(monitor) + ": there are no metrics while a database hangs for " + hanging + ", as a scrape ends after " + patience);
            }
        }));
        if (manifests.project().isProduction()) {
            if (manifests.of("PrometheusRule").findAny().isEmpty() || manifests.of("PodMonitor").noneMatch(monitor -> matches(monitor.at("/spec/selector"),
                    manifests.workloads().stream().filter(Workload::isContext).findFirst().orElseThrow().labels())
                    && monitor.at("/spec/podMetricsEndpoints/0/path").asText().equals("/actuator/prometheus"))) {
                fault.accept("has no PodMonitor");
            }
        }
    }

    private static boolean admitsPrometheus(Manifests manifests, JsonNode selector) {
        Stream<JsonNode> contexts = manifests.selectedBy(selector).stream().map(Workload::labels);
        Stream<JsonNode> databases = manifests.operatedBy(selector).stream().map(Operated::labels);
        return contexts.allMatch(labels -> admits(manifests, labels, 9090, PROMETHEUS))
                && databases.allMatch(labels -> admits(manifests, labels, 9187, PROMETHEUS));
    }

    private static boolean admits(Manifests manifests, JsonNode labels, int port, String namespace) {
        return manifests.of("NetworkPolicy").filter(policy -> matches(policy.at("/spec/podSelector"), labels))
                .flatMap(policy -> each(policy.at("/spec/ingress")))
                .filter(rule -> each(rule.path("ports")).anyMatch(each -> each.path("port").asInt() == port))
                .anyMatch(rule -> rule.path("from").findValues("values").toString().contains("\"" + namespace + "\""));
    }

    private static boolean isInRunbook(JsonNode alert) {
        String name = alert.path("alert").asText();
        return alert.at("/annotations/runbook").asText().equals(RUNBOOK + "#" + name.toLowerCase(Locale.ROOT))
                && Stream.of(Settings.text(RUNBOOK).split("(?m)^## ")).anyMatch(section -> section.startsWith(name + "\n")
                && Stream.of("**Cause.** ", "**Check.** ", "**Action.** ").allMatch(section::contains));
    }

    /** Every server and every context but the coordinator is there twice, on different machines, and no answered commit is on one disk only. */
    private static void availability(Manifests manifests, Consumer<String> fault) {
        manifests.workloads().stream().map(workload -> workload.pod().path("priorityClassName").asText()).filter(name -> !name.isEmpty())
                .filter(name -> manifests.find("PriorityClass", name).isEmpty()).forEach(name -> fault.accept("no priority class " + name));
        if (manifests.project() != Project.PROD_HA) {
            return;
        }
        manifests.workloads().forEach(workload -> {
            if (!isSpread(workload, "topology.kubernetes.io/zone") || !workload.pod().has("priorityClassName")) {
                fault.accept(id(workload.object()) + ": all of its pods may be in one zone, or wait for less important ones");
            }
            if (workload.kind().equals("StatefulSet")) {
                fault.accept(id(workload.object()) + ": a single server");
            }
            if (workload.isContext() && each(workload.pod().path("volumes")).anyMatch(volume -> volume.has("persistentVolumeClaim"))) {
                fault.accept(id(workload.object()) + ": its volume keeps it from starting on another machine");
            }
        });
        JsonNode cluster = manifests.of("Cluster").findFirst().map(each -> each.path("spec")).orElse(MissingNode.getInstance());
        JsonNode synchronous = cluster.at("/postgresql/synchronous");
        if (cluster.path("instances").asInt() < 3 || synchronous.path("number").asInt() < 1 || !synchronous.path("dataDurability").asText().equals("required")
                || !synchronous.path("failoverQuorum").asBoolean()) {
            fault.accept("Cluster: a commit may be lost with its primary");
        }
        if (!cluster.at("/affinity/podAntiAffinityType").asText().equals("required") || !cluster.has("priorityClassName")) {
            fault.accept("Cluster: two instances may be lost with one machine");
        }
        if (manifests.of("ScheduledBackup").noneMatch(backup -> backup.at("/spec/method").asText().equals("plugin")
                && manifests.find("Cluster", backup.at("/spec/cluster/name").asText()).isPresent())
                || each(cluster.path("plugins")).noneMatch(plugin -> plugin.path("isWALArchiver").asBoolean())) {
            fault.accept("Cluster: no backup");
        }
        if (manifests.of("PodMonitor").allMatch(monitor -> manifests.operatedBy(monitor.at("/spec/selector")).isEmpty())
                || Stream.of("_pg_wal_archive_status", "_last_available_backup_timestamp", "_streaming_replicas")
                .anyMatch(metric -> manifests.of("PrometheusRule").noneMatch(rules -> rules.toString().contains(metric)))) {
            fault.accept("Cluster: nobody learns that WAL, a backup or a standby is missing");
        }
        List<ObjectNode> brokers = manifests.of("ActiveMQArtemis").toList();
        if (brokers.size() != 2 || brokers.stream().map(broker -> broker.path("spec")).distinct().count() != 1) {
            fault.accept("ActiveMQArtemis: not a pair of the same brokers");
        }
        brokers.forEach(broker -> {
            JsonNode plan = broker.at("/spec/deploymentPlan");
            List<String> properties = each(broker.at("/spec/brokerProperties")).map(JsonNode::asText).toList();
            String folder = plan.at("/extraVolumeMounts/0/mountPath").asText("?");
            if (!properties.contains("HAPolicyConfiguration=SHARED_STORE_PRIMARY") || plan.path("persistenceEnabled").asBoolean(true)
                    || plan.path("clustered").asBoolean(true) || Stream.of("journal", "bindings", "paging", "largeMessages")
                    .anyMatch(each -> properties.stream().noneMatch(line -> line.startsWith(each + "Directory=" + folder + "/")))) {
                fault.accept(id(broker) + ": does not share its folder");
            }
            if (!plan.at("/affinity/podAntiAffinity").has("requiredDuringSchedulingIgnoredDuringExecution")) {
                fault.accept(id(broker) + ": both brokers may be on one machine");
            }
            if (plan.at("/startupProbe/periodSeconds").asInt() * plan.at("/startupProbe/failureThreshold").asInt() < 180) {
                fault.accept(id(broker) + ": is restarted while it starts");
            }
        });
    }

    private static void platform(Manifests manifests, Consumer<String> fault) {
        if (!manifests.isOpenShift()) {
            manifests.objects().stream().filter(object -> object.path("apiVersion").asText().contains(".openshift.io") || object.at("/metadata/annotations").toString().contains("openshift.io"))
                    .forEach(object -> fault.accept(id(object) + ": exists on OpenShift only"));
            manifests.workloads().stream().filter(workload -> !workload.spec().path("volumeClaimTemplates").isEmpty() || !workload.pod().findValues("claimName").isEmpty())
                    .filter(workload -> !workload.pod().at("/securityContext").has("fsGroup"))
                    .forEach(workload -> fault.accept(id(workload.object()) + ": may not write to its volume"));
        }
    }
}
