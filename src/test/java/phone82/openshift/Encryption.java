package phone82.openshift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import phone82.openshift.Manifests.Workload;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static phone82.openshift.Manifests.each;
import static phone82.openshift.Manifests.id;
import static phone82.openshift.Manifests.nameOf;

/** Checks of production: nothing is sent in plain text, each server has a certificate of its names, and each client verifies it. */
final class Encryption {

    private static final Pattern PLAIN = Pattern.compile("http://\\S+|tcp://(?!\\S*\\?sslEnabled=true&\\S*trustStorePath=)\\S+|jdbc:hsqldb:hsql://\\S+"
            + "|jdbc:postgresql://(?!\\S*[?&]sslmode=verify-full&sslrootcert=/)\\S+");
    /** The name of every context in its certificate. */
    private static final String ANY_CONTEXT = "contexts";
    private static final String FOLDER = "/etc/tls";

    private Encryption() {
    }

    static void faults(Manifests manifests, Consumer<String> fault) {
        if (!manifests.project().isProduction()) {
            return;
        }
        // the broker's file has an acceptor that broker.properties encrypts, which the check of the certificates requires
        manifests.objects().stream().filter(object -> !object.path("data").has("broker.xml")).forEach(object -> texts(object)
                .flatMap(text -> PLAIN.matcher(text).results()).forEach(match -> fault.accept(id(object) + ": plain text to " + match.group())));
        manifests.workloads().stream().filter(workload -> !workload.name().equals("artemis")).forEach(workload ->
                server(manifests, workload, line -> fault.accept(id(workload.object()) + ": " + line)));
        manifests.of("ActiveMQArtemis").forEach(broker -> console(manifests, broker, line -> fault.accept(id(broker) + ": " + line)));
        router(manifests, fault);
        manifests.of("PodMonitor")
                .filter(monitor -> !each(monitor.at("/spec/podMetricsEndpoints")).allMatch(endpoint -> verifies(manifests, monitor, endpoint)))
                .forEach(monitor -> fault.accept(id(monitor) + ": does not verify its servers"));
        manifests.of("Cluster").map(cluster -> each(cluster.at("/spec/postgresql/pg_hba")).map(JsonNode::asText).toList()).filter(rules -> !requiresTls(rules))
                .forEach(rules -> fault.accept("Cluster: admits connections without TLS"));
    }

    /** CloudNativePG has a certificate and an authority of its own. */
    private static boolean verifies(Manifests manifests, ObjectNode monitor, JsonNode endpoint) {
        String name = endpoint.at("/tlsConfig/serverName").asText();
        String authority = endpoint.at("/tlsConfig/ca/secret/name").asText();
        boolean database = manifests.operatedBy(monitor.at("/spec/selector")).stream().anyMatch(server -> server.service().equals(name));
        return endpoint.path("scheme").asText().equals("https") && !endpoint.path("tlsConfig").has("insecureSkipVerify")
                && endpoint.at("/tlsConfig/ca/secret/key").asText().equals("ca.crt")
                && (database ? manifests.of("Cluster").allMatch(cluster -> authority.equals(nameOf(cluster) + "-ca")
                && cluster.at("/spec/monitoring/tls/enabled").asBoolean())
                : name.equals(ANY_CONTEXT) && isServer(certificate(manifests, authority), ANY_CONTEXT));
    }

    private static Stream<String> texts(JsonNode node) {
        return node.isContainerNode() ? each(node).flatMap(Encryption::texts) : Stream.of(node.asText());
    }

    private static void server(Manifests manifests, Workload workload, Consumer<String> fault) {
        Map<String, String> environment = manifests.environment(workload.container());
        String secret = "tls-" + workload.name();
        if (!secret.equals(mounted(workload, FOLDER).path("secretName").asText())) {
            fault.accept("does not have its certificate");
        }
        ObjectNode certificate = manifests.certificate(secret).orElse(null);
        Set<String> names = workload.isContext() ? Set.of(workload.name(), ANY_CONTEXT) : Set.of(workload.name());
        if (certificate == null || names.stream().anyMatch(name -> !isServer(certificate.path("spec"), name))
                || !certificate.at("/spec/commonName").asText().equals(workload.name())) {
            fault.accept("its certificate is not that of a server of this name");
        }
        switch (workload.name()) {
            case "postgresql" -> postgresql(manifests, workload, fault);
            case "store-db" -> {
                List<String> arguments = each(workload.container().path("args")).map(JsonNode::asText).toList();
                if (!arguments.contains("--tls") || !arguments.get(arguments.indexOf("--tls") + 1).equals("true") || !names(environment).containsAll(List.of("tls.crt", "tls.key"))) {
                    fault.accept("serves without TLS");
                }
            }
            default -> context(manifests, workload, environment, fault);
        }
    }

    /** The operator calls the console by the name of the pod, and sends it a password. */
    private static void console(Manifests manifests, ObjectNode broker, Consumer<String> fault) {
        JsonNode certificate = certificate(manifests, broker.at("/spec/console/sslSecret").asText());
        String name = each(certificate.path("dnsNames")).map(JsonNode::asText)
                .filter(each -> each.matches("%1$s-ss-0\\.%1$s-hdls-svc\\.[a-z0-9-]+\\.svc\\.cluster\\.local".formatted(nameOf(broker)))).findFirst().orElse("");
        if (!broker.at("/spec/console/sslEnabled").asBoolean() || !isServer(certificate, name)) {
            fault.accept("plain text to its console, or a certificate of another server");
        }
        if (each(broker.at("/spec/env")).noneMatch(variable -> variable.path("name").asText().equals("JAVA_ARGS_APPEND")
                && variable.path("value").asText().contains("-Dwebconfig.bindings.artemis.sslAutoReload=true"))) {
            fault.accept("its console goes on with an expired certificate");
        }
    }

    private static void context(Manifests manifests, Workload workload, Map<String, String> environment, Consumer<String> fault) {
        if (!names(environment).equals(List.of("tls.crt", "tls.key", "ca.crt"))) {
            fault.accept("serves without TLS, or trusts others: " + names(environment));
        }
        Stream.of("startupProbe", "readinessProbe", "livenessProbe").filter(probe -> !workload.container().path(probe).at("/httpGet/scheme").asText().equals("HTTPS"))
                .forEach(probe -> fault.accept(probe + " is not sent to a server with TLS"));
        environment.values().stream().filter(value -> value.startsWith("jdbc:postgresql:")).map(value -> value.replaceAll(".*sslrootcert=", "")).forEach(file -> {
            JsonNode source = mounted(workload, file.replaceAll("/[^/]*$", ""));
            List<String> files = source.has("items") ? source.path("items").findValuesAsText("path") : List.copyOf(manifests.data("Secret", source.path("secretName").asText()).keySet());
            if (!files.contains("ca.crt") || !file.endsWith("/ca.crt") || files.contains("ca.key")) {
                fault.accept("knows no authority of its database, or also its key: " + file);
            }
        });
    }

    /** The files of the settings phone82.tls in the folder of the certificate. */
    private static List<String> names(Map<String, String> environment) {
        return Stream.of("CERTIFICATE", "KEY", "AUTHORITIES").map(name -> environment.getOrDefault("PHONE82_TLS_" + name, ""))
                .filter(file -> file.startsWith(FOLDER + "/")).map(file -> file.substring(FOLDER.length() + 1)).toList();
    }

    private static void postgresql(Manifests manifests, Workload workload, Consumer<String> fault) {
        Map<String, String> files = manifests.data("ConfigMap", each(workload.pod().path("volumes")).filter(volume -> volume.path("name").asText().equals("configuration"))
                .map(volume -> volume.at("/configMap/name").asText()).findFirst().orElse(""));
        List<String> lines = files.getOrDefault("tls.conf", "").lines().toList();
        if (!lines.containsAll(List.of("ssl = on", "ssl_cert_file = '" + FOLDER + "/tls.crt'", "ssl_key_file = '" + FOLDER + "/tls.key'"))
                || lines.stream().noneMatch(line -> line.startsWith("hba_file = ") && line.endsWith("/pg_hba'"))
                || !requiresTls(files.getOrDefault("pg_hba", "").lines().toList())) {
            fault.accept("admits connections without TLS");
        }
        if (!mounted(workload, FOLDER).path("defaultMode").asText().equals(String.valueOf(0640))) {
            fault.accept("refuses to start with a key that others can read");
        }
    }

    private static boolean requiresTls(List<String> rules) {
        return rules.contains("hostssl sameuser all all scram-sha-256") && rules.contains("host all all all reject")
                && rules.stream().noneMatch(rule -> rule.startsWith("host ") && !rule.endsWith(" reject"));
    }

    /** The router trusts the certificates that OpenShift makes for Services. */
    private static void router(Manifests manifests, Consumer<String> fault) {
        if (manifests.of("Route").anyMatch(route -> !route.at("/spec/tls/termination").asText().equals("reencrypt"))) {
            fault.accept("Route: plain text to the gateway");
        }
        String secret = manifests.find("Service", "gateway").map(service -> service.at("/metadata/annotations").path("service.beta.openshift.io/serving-cert-secret-name").asText())
                .orElse("");
        manifests.workloads().stream().filter(workload -> workload.name().equals("gateway")).forEach(gateway -> {
            Map<String, String> environment = manifests.environment(gateway.container());
            String certificate = environment.getOrDefault("PHONE82_GATEWAY_TLS_CERTIFICATE", "");
            String folder = certificate.replaceAll("/tls\\.crt$", "");
            if (secret.isEmpty() || !mounted(gateway, folder).path("secretName").asText().equals(secret)
                    || !(folder + "/tls.key").equals(environment.get("PHONE82_GATEWAY_TLS_KEY"))) {
                fault.accept("gateway: the router does not trust its certificate");
            }
        });
    }

    /** The secret that is mounted in a folder. */
    private static JsonNode mounted(Workload workload, String folder) {
        Set<String> volumes = each(workload.container().path("volumeMounts")).filter(mount -> mount.path("mountPath").asText().equals(folder))
                .map(mount -> mount.path("name").asText()).collect(Collectors.toSet());
        return each(workload.pod().path("volumes")).filter(volume -> volumes.contains(volume.path("name").asText())).map(volume -> volume.path("secret"))
                .findFirst().orElse(MissingNode.getInstance());
    }

    private static JsonNode certificate(Manifests manifests, String secret) {
        return manifests.certificate(secret).map(certificate -> certificate.path("spec")).orElse(MissingNode.getInstance());
    }

    private static boolean isServer(JsonNode certificate, String name) {
        return each(certificate.path("dnsNames")).anyMatch(each -> each.asText().equals(name)) && certificate.at("/issuerRef/name").asText().equals("tls")
                && each(certificate.path("usages")).anyMatch(usage -> usage.asText().equals("server auth"));
    }
}
