package phone82.openshift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The objects of one project and their relations. */
record Manifests(Project project, List<ObjectNode> objects) {

    static final String NAME = "app.kubernetes.io/name";

    /** An object that creates pods: a Deployment or a StatefulSet. */
    record Workload(String kind, String name, ObjectNode object) {

        JsonNode spec() {
            return object.path("spec");
        }

        JsonNode labels() {
            return object.at("/spec/template/metadata/labels");
        }

        JsonNode pod() {
            return object.at("/spec/template/spec");
        }

        Stream<JsonNode> containers() {
            return Stream.concat(each(pod().path("initContainers")), each(pod().path("containers")));
        }

        /** Whether it runs our image: a context, or another program of it. */
        boolean isContext() {
            return labels().path("app.kubernetes.io/component").asText().equals("context");
        }

        JsonNode container() {
            return pod().path("containers").path(0);
        }

        Set<Integer> portNumbers() {
            return Set.copyOf(containers().flatMap(container -> each(container.path("ports"))).map(port -> port.path("containerPort").asInt()).toList());
        }

        List<String> portNames() {
            return containers().flatMap(container -> each(container.path("ports"))).map(port -> port.path("name").asText()).toList();
        }

        /** The number of a port by its name or number; 0 if there is no such port. */
        int portNumber(JsonNode port) {
            return each(container().path("ports")).filter(each -> each.path("name").equals(port) || each.path("containerPort").equals(port))
                    .map(each -> each.path("containerPort").asInt()).findFirst().orElse(0);
        }

        boolean has(JsonNode port) {
            return port.isInt() ? portNumbers().contains(port.asInt()) : portNames().contains(port.asText());
        }
    }

    /**
     * A server whose pods an operator creates.
     *
     * @param service the Service by which it is reached
     * @param labels  those of its pods that we use
     */
    record Operated(String service, JsonNode labels, Set<Integer> ports) {
    }

    Manifests copy() {
        return new Manifests(project, new ArrayList<>(objects.stream().map(ObjectNode::deepCopy).toList()));
    }

    Stream<ObjectNode> of(String... kinds) {
        return objects.stream().filter(object -> List.of(kinds).contains(object.path("kind").asText()));
    }

    Optional<ObjectNode> find(String kind, String name) {
        return of(kind).filter(object -> nameOf(object).equals(name)).findFirst();
    }

    List<Workload> workloads() {
        return of("Deployment", "StatefulSet").map(object -> new Workload(object.path("kind").asText(), nameOf(object), object)).toList();
    }

    List<Workload> selectedBy(JsonNode selector) {
        return workloads().stream().filter(workload -> matches(selector, workload.labels())).toList();
    }

    boolean isOpenShift() {
        return project != Project.KUBERNETES;
    }

    /** The servers that operators create, so that no manifest shows their pods. */
    List<Operated> operated() {
        return Stream.concat(of("ActiveMQArtemis").map(broker -> new Operated("artemis", broker.at("/spec/deploymentPlan/labels"), Set.of(61616, 8161))),
                of("Cluster").map(cluster -> new Operated(nameOf(cluster) + "-rw",
                        JsonNodeFactory.instance.objectNode().put("cnpg.io/cluster", nameOf(cluster)), Set.of(5432, 8000, 9187)))).toList();
    }

    List<Operated> operatedBy(JsonNode selector) {
        return selector.isEmpty() ? List.of() : operated().stream().filter(server -> matches(selector, server.labels)).toList();
    }

    /** The resolved settings of a container, as far as they are known. */
    Map<String, String> environment(JsonNode container) {
        Map<String, String> environment = new TreeMap<>();
        for (JsonNode from : container.path("envFrom")) {
            data("ConfigMap", from.at("/configMapRef/name").asText()).forEach(environment::put);
        }
        for (JsonNode each : container.path("env")) {
            JsonNode map = each.at("/valueFrom/configMapKeyRef");
            JsonNode secret = each.at("/valueFrom/secretKeyRef");
            environment.put(each.path("name").asText(), each.has("value") ? each.path("value").asText()
                    : map.isObject() ? data("ConfigMap", map.path("name").asText()).getOrDefault(map.path("key").asText(), "")
                    : data("Secret", secret.path("name").asText()).getOrDefault(secret.path("key").asText(), ""));
        }
        return environment;
    }

    /** The entries of a config map or secret; empty if it does not exist. */
    Map<String, String> data(String kind, String name) {
        Map<String, String> data = new TreeMap<>();
        find(kind, name).ifPresent(object -> {
            object.path("stringData").properties().forEach(each -> data.put(each.getKey(), each.getValue().asText()));
            object.path("data").properties().forEach(each -> data.put(each.getKey(), kind.equals("Secret")
                    ? new String(Base64.getMimeDecoder().decode(each.getValue().asText()), StandardCharsets.UTF_8) : each.getValue().asText()));
        });
        if (kind.equals("Secret")) {
            if (of("Service").anyMatch(service -> service.at("/metadata/annotations").path("service.beta.openshift.io/serving-cert-secret-name").asText().equals(name))) {
                List.of("tls.crt", "tls.key").forEach(file -> data.put(file, "made by OpenShift"));
            }
            if (of("Cluster").anyMatch(cluster -> name.equals(nameOf(cluster) + "-ca"))) {
                List.of("ca.crt", "ca.key").forEach(file -> data.put(file, "made by CloudNativePG"));
            }
            certificate(name).ifPresent(made -> List.of("ca.crt", "tls.crt", "tls.key", "tls-combined.pem").forEach(file -> data.put(file, "made by cert-manager")));
        }
        return data;
    }

    /** The certificate that cert-manager puts into a secret. */
    Optional<ObjectNode> certificate(String secret) {
        return of("Certificate").filter(each -> each.at("/spec/secretName").asText().equals(secret)).findFirst();
    }

    static String nameOf(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return metadata.path(metadata.has("name") ? "name" : "generateName").asText();
    }

    static String id(JsonNode object) {
        return object.path("kind").asText() + " " + nameOf(object);
    }

    static Stream<JsonNode> each(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    /** Whether a label selector, in either form, or a Service's plain map selects labels. */
    static boolean matches(JsonNode selector, JsonNode labels) {
        boolean plain = !selector.has("matchLabels") && !selector.has("matchExpressions");
        JsonNode wanted = plain ? selector : selector.path("matchLabels");
        return wanted.properties().stream().allMatch(pair -> labels.path(pair.getKey()).equals(pair.getValue()))
                && each(plain ? MissingNode.getInstance() : selector.path("matchExpressions")).allMatch(term -> switch (term.path("operator").asText()) {
                    case "In" -> each(term.path("values")).anyMatch(labels.path(term.path("key").asText())::equals);
                    case "Exists" -> labels.has(term.path("key").asText());
                    default -> false;
                });
    }
}
