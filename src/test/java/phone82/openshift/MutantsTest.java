package phone82.openshift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static phone82.openshift.Project.ARTEMIS_OPERATOR;
import static phone82.openshift.Project.DEV;
import static phone82.openshift.Project.KEDA;
import static phone82.openshift.Project.KUBERNETES;
import static phone82.openshift.Project.PROD;
import static phone82.openshift.Project.PROD_HA;

/** Mutation tests of the checks: broken manifests, and the check that must find the fault. */
class MutantsTest {

    private static final Map<Project, Manifests> SOUND = new EnumMap<>(Project.class);

    /** A manifest with one fault. */
    record Mutant(Checks check, Project project, String name, Consumer<Manifests> change) {

        @Override
        public String toString() {
            return check + " catches: " + name + " (" + project + ")";
        }
    }

    static Stream<Mutant> mutants() {
        return Stream.of(
                set(Checks.FIELDS, DEV, "an unknown field", "Deployment app", "/spec/template/spec/containers/0/readynessProbe", "{}"),
                set(Checks.FIELDS, DEV, "a word in place of a number", "Deployment app", "/spec/replicas", "two"),
                set(Checks.FIELDS, DEV, "a list in place of an object", "Service pay", "/spec/selector", "[]"),
                set(Checks.FIELDS, DEV, "an autoscaler of an old API", "HorizontalPodAutoscaler store", "/apiVersion", "autoscaling/v2beta2"),
                set(Checks.FIELDS, DEV, "an unknown field of a Route", "Route gateway", "/spec/tls/terminations", "edge"),
                set(Checks.FIELDS, DEV, "an unknown field of a pipeline", "Pipeline phone82", "/spec/tasks/1/runsAfter", "[clone]"),
                set(Checks.FIELDS, PROD, "an unknown field of a monitor", "PodMonitor phone82", "/spec/podMetricsEndpoints/0/ports", "http"),
                set(Checks.FIELDS, KEDA, "an unknown field of an autoscaler", "ScaledObject store", "/spec/maxReplicas", "10"),
                set(Checks.FIELDS, PROD_HA, "an unknown field of a database cluster", "Cluster postgresql", "/spec/postgresql/synchronous/replicas", "1"),
                set(Checks.FIELDS, PROD_HA, "an unknown field of a backup", "ObjectStore backup", "/spec/retention", "30d"),
                set(Checks.FIELDS, ARTEMIS_OPERATOR, "an unknown field of a broker", "ActiveMQArtemis artemis", "/spec/deploymentPlan/replicas", "1"),
                set(Checks.NAMES, DEV, "two of one name", "Service pay", "/metadata/name", "app"),
                set(Checks.NAMES, DEV, "a name with capitals", "ServiceAccount app", "/metadata/name", "App"),
                set(Checks.NAMES, DEV, "a variable twice", "Deployment app", "/spec/template/spec/containers/0/env/2/name", "PHONE82_APP_PAY_URL"),
                set(Checks.NAMES, DEV, "a project of its own", "Service app", "/metadata/namespace", "default"),
                set(Checks.VALUES, DEV, "a way to pull that there is not", "Deployment app", "/spec/template/spec/containers/0/imagePullPolicy", "Allways"),
                set(Checks.VOLUMES, DEV, "a volume for many writers", "PersistentVolumeClaim coordinator", "/spec/accessModes/0", "ReadWriteMany"),
                set(Checks.VALUES, DEV, "a strategy that there is not", "Deployment app", "/spec/strategy/type", "Rolling"),
                set(Checks.QUANTITIES, DEV, "memory in no unit", "Deployment app", "/spec/template/spec/containers/0/resources/limits/memory", "512MB"),
                set(Checks.QUANTITIES, DEV, "half a byte of memory", "Deployment app", "/spec/template/spec/containers/0/resources/requests/memory", "512m"),
                set(Checks.QUANTITIES, DEV, "a request above its limit", "Deployment pay", "/spec/template/spec/containers/0/resources/requests/memory", "1Gi"),
                set(Checks.QUANTITIES, DEV, "a limit of CPU", "Deployment pay", "/spec/template/spec/containers/0/resources/limits/cpu", "1"),
                set(Checks.QUANTITIES, DEV, "a broker's heap as large as its memory", "StatefulSet artemis", "/spec/template/spec/containers/0/resources", "{requests: {cpu: 200m, memory: 384Mi}, limits: {memory: 384Mi}}"),
                set(Checks.QUANTITIES, DEV, "a database's heap that leaves too little", "StatefulSet store-db", "/spec/template/spec/containers/0/env/1/value", "-XX:MaxRAMPercentage=60"),
                settings(Checks.QUANTITIES, "a heap of nearly all memory", "JAVA_TOOL_OPTIONS", "-XX:MaxRAMPercentage=90"),
                remove(Checks.LABELS, DEV, "a part of nothing", "Service app", "/metadata/labels"),
                set(Checks.LABELS, DEV, "pods of another name", "Deployment app", "/metadata/labels/app.kubernetes.io~1name", "pay"),
                set(Checks.SELECTORS, DEV, "a Service of another's pods", "Service pay", "/spec/selector/app.kubernetes.io~1name", "app"),
                set(Checks.SELECTORS, DEV, "a Service of all pods", "Service pay", "/spec/selector", "{app.kubernetes.io/part-of: phone82}"),
                set(Checks.SELECTORS, DEV, "a Deployment that does not know its pods", "Deployment app", "/spec/template/metadata/labels/app.kubernetes.io~1instance", "other"),
                set(Checks.SELECTORS, DEV, "a version in a selector", "Deployment app", "/spec/selector/matchLabels/app.kubernetes.io~1version", "1"),
                set(Checks.SELECTORS, DEV, "a budget without pods", "PodDisruptionBudget pay", "/spec/selector/matchLabels/app.kubernetes.io~1name", "payment"),
                set(Checks.SELECTORS, DEV, "a policy that admits no pod", "NetworkPolicy pay", "/spec/ingress/0/from/0/podSelector/matchLabels/app.kubernetes.io~1name", "apps"),
                set(Checks.PORTS, DEV, "a Service to a port that is not there", "Service app", "/spec/ports/0/targetPort", "web"),
                set(Checks.PORTS, DEV, "a context that listens elsewhere", "Deployment app", "/spec/template/spec/containers/0/ports/0/containerPort", "8080"),
                settings(Checks.PORTS, "probes of an unused port", "MANAGEMENT_SERVER_PORT", "9091"),
                set(Checks.PORTS, DEV, "a door to a port that is not there", "NetworkPolicy pay", "/spec/ingress/0/ports/0/port", "8080"),
                set(Checks.PORTS, PROD, "a monitor of a port that is not there", "PodMonitor phone82", "/spec/podMetricsEndpoints/0/port", "metrics"),
                set(Checks.PROBES, DEV, "a probe of a port that is not there", "Deployment app", "/spec/template/spec/containers/0/livenessProbe/httpGet/port", "health"),
                set(Checks.PROBES, DEV, "a probe of the public port", "Deployment app", "/spec/template/spec/containers/0/readinessProbe/httpGet/port", "http"),
                set(Checks.PROBES, DEV, "a restart because a dependency is unavailable", "Deployment app", "/spec/template/spec/containers/0/livenessProbe/httpGet/path", "/actuator/health/readiness"),
                set(Checks.PROBES, DEV, "a liveness that succeeds twice", "Deployment app", "/spec/template/spec/containers/0/livenessProbe/successThreshold", "2"),
                set(Checks.PROBES, PROD, "a liveness that never fails", "StatefulSet postgresql", "/spec/template/spec/containers/0/livenessProbe/exec/command", "[/usr/libexec/check-container, --live]"),
                set(Checks.PROBES, DEV, "a liveness that fails for no user on OpenShift", "StatefulSet postgresql", "/spec/template/spec/containers/0/livenessProbe/exec/command", "[sh, -c, 'pg_isready -q -h 127.0.0.1 -t 4 || [ $? -ne 2 ]']"),
                set(Checks.PROBES, DEV, "too little time to start", "Deployment app", "/spec/template/spec/containers/0/startupProbe/failureThreshold", "150"),
                remove(Checks.PROBES, DEV, "traffic before it is ready", "Deployment app", "/spec/template/spec/containers/0/readinessProbe"),
                set(Checks.VOLUMES, DEV, "a mount without volume", "Deployment app", "/spec/template/spec/containers/0/volumeMounts/0/name", "temp"),
                set(Checks.VOLUMES, DEV, "a claim that does not exist", "Deployment coordinator", "/spec/template/spec/volumes/1/persistentVolumeClaim/claimName", "lra"),
                set(Checks.VOLUMES, PROD_HA, "two brokers on a volume for one writer", "PersistentVolumeClaim artemis", "/spec/accessModes/0", "ReadWriteOnce"),
                set(Checks.VOLUMES, DEV, "nowhere to write", "Deployment app", "/spec/template/spec/containers/0/volumeMounts/0/mountPath", "/temp"),
                without(Checks.KEYS, DEV, "no config map apiurl", "ConfigMap apiurl"),
                set(Checks.KEYS, DEV, "another key in apiurl", "ConfigMap apiurl", "/data", "{uri: 'http://pay:8080'}"),
                set(Checks.KEYS, DEV, "a start without apiurl", "Deployment app", "/spec/template/spec/containers/0/env/1/valueFrom/configMapKeyRef/optional", "true"),
                without(Checks.KEYS, PROD, "no passwords", "Secret database-users"),
                set(Checks.KEYS, DEV, "a password of an unknown user", "Deployment pay", "/spec/template/spec/containers/0/env/7/valueFrom/secretKeyRef/key", "payment"),
                without(Checks.KEYS, PROD, "no password of the operators", "Secret operations"),
                without(Checks.KEYS, DEV, "no public keys", "ConfigMap identity"),
                without(Checks.KEYS, PROD_HA, "no password of a database user", "Secret database-pay"),
                without(Checks.KEYS, PROD_HA, "no account at the object store", "Secret backup"),
                without(Checks.KEYS, PROD_HA, "no object store", "ObjectStore backup"),
                without(Checks.KEYS, PROD, "no key of app", "Secret identity-app"),
                set(Checks.IDENTITY, DEV, "app with the key of pay", "Deployment app", "/spec/template/spec/containers/0/env/9/valueFrom/secretKeyRef/name", "identity-pay"),
                set(Checks.IDENTITY, PROD, "an untrusted key", "ConfigMap identity", "/data/PHONE82_IDENTITY_TRUSTED_KEYS", "'{\"keys\": []}'"),
                without(Checks.KEYS, KEDA, "no user for KEDA", "Secret broker-operator"),
                without(Checks.KEYS, ARTEMIS_OPERATOR, "no login for the operator's broker", "Secret artemis-jaas-config"),
                set(Checks.ACCOUNTS, DEV, "an account that is not there", "Deployment app", "/spec/template/spec/serviceAccountName", "default"),
                set(Checks.SECURITY, DEV, "a password in the list of processes", "StatefulSet store-db", "/spec/template/spec/containers/0/args/7", "file:/data/db;password=$(STORE_PASSWORD)"),
                set(Checks.ACCOUNTS, DEV, "a token of the cluster", "Deployment app", "/spec/template/spec/automountServiceAccountToken", "true"),
                remove(Checks.SECURITY, DEV, "root", "Deployment app", "/spec/template/spec/securityContext/runAsNonRoot"),
                set(Checks.SECURITY, DEV, "a user of its own", "StatefulSet postgresql", "/spec/template/spec/securityContext/runAsUser", "26"),
                set(Checks.SECURITY, DEV, "more rights later", "Deployment app", "/spec/template/spec/containers/0/securityContext/allowPrivilegeEscalation", "true"),
                set(Checks.SECURITY, DEV, "a system that can be written", "Deployment app", "/spec/template/spec/containers/0/securityContext/readOnlyRootFilesystem", "false"),
                set(Checks.SECURITY, DEV, "a folder of its host", "Deployment app", "/spec/template/spec/volumes/0", "{name: tmp, hostPath: {path: /tmp}}"),
                remove(Checks.SECRETS, DEV, "a password in the repository", "Secret database-users", "/metadata/annotations"),
                set(Checks.SECRETS, DEV, "a password of the broker that everybody knows", "Secret broker-users", "/stringData/app", "demo-app"),
                set(Checks.SECRETS, DEV, "a key of sessions that everybody knows", "Secret login", "/data/session-keys", "QUFB"),
                set(Checks.SECRETS, PROD, "a demo password in production", "Secret database-users", "/stringData/app", "demo-app"),
                set(Checks.SECRETS, DEV, "a password in a config map", "ConfigMap apiurl", "/data/password", "demo-app"),
                set(Checks.SETTINGS, DEV, "an unknown setting", "Deployment app", "/spec/template/spec/containers/0/env/2/name", "PHONE82_APP_STORE_URI"),
                remove(Checks.SETTINGS, DEV, "a setting that is missing", "Deployment gateway", "/spec/template/spec/containers/0/env/4"),
                remove(Checks.SETTINGS, DEV, "a page that no operator may see", "Deployment gateway", "/spec/template/spec/containers/0/env/0"),
                settings(Checks.SETTINGS, "listens to itself alone", "PHONE82_BIND", ""),
                set(Checks.SETTINGS, DEV, "pay where store should be", "Deployment store", "/spec/template/spec/containers/0/args/0", "pay"),
                without(Checks.SETTINGS, DEV, "no customer", "Deployment customer"),
                set(Checks.SETTINGS, DEV, "an address of pay that is not that of apiurl", "Deployment app", "/spec/template/spec/containers/0/env/1", "{name: PHONE82_APP_PAY_URL, value: 'http://pay:8080'}"),
                set(Checks.SETTINGS, DEV, "orders for unlisted items", "Deployment app", "/spec/template/spec/containers/0/env/8/value", "'true'"),
                without(Checks.SETTINGS, DEV, "no simulated provider", "StatefulSet provider"),
                set(Checks.SETTINGS, PROD, "customers taken for one", "ConfigMap edge", "/data/trusted-proxies", ""),
                set(Checks.SETTINGS, PROD, "customers taken for proxies", "ConfigMap edge", "/data/trusted-proxies", "10.0.0.0/8"),
                set(Checks.SETTINGS, PROD, "an unchosen provider", "ConfigMap payment-provider", "/data/url", "http://provider:8080"),
                set(Checks.PASSWORDS, DEV, "app with the password of pay", "Deployment app", "/spec/template/spec/containers/0/env/7/valueFrom/secretKeyRef/key", "pay"),
                set(Checks.PASSWORDS, DEV, "one password for all", "Secret broker-users", "/stringData/artemis-users.properties", "app=x\npay=x\n"),
                set(Checks.PASSWORDS, DEV, "a database with the password of another", "StatefulSet store-db", "/spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/key", "app"),
                without(Checks.PASSWORDS, PROD_HA, "a database that nobody creates", "Database store"),
                remove(Checks.PASSWORDS, PROD_HA, "a password that cannot be replaced", "Secret database-app", "/metadata/labels/cnpg.io~1reload"),
                mutant(Checks.PASSWORDS, PROD_HA, "a password that the guide forgets", manifests -> {
                    ObjectNode secret = object(manifests, "Secret database-app").deepCopy();
                    put(secret, "/metadata/name", "database-new");
                    manifests.objects().add(secret);
                    put(object(manifests, "Cluster postgresql"), "/spec/bootstrap/initdb/secret/name", "database-new");
                }),
                set(Checks.PASSWORDS, PROD_HA, "a user with the password of another", "Cluster postgresql", "/spec/managed/roles/0/passwordSecret/name", "database-store"),
                mutant(Checks.CERTIFICATES, PROD, "passwords of the broker", manifests -> manifests.objects().removeIf(each -> each.path("kind").asText().equals("Certificate"))),
                set(Checks.CERTIFICATES, PROD, "a password of the broker", "Deployment app", "/spec/template/spec/containers/0/env/0", "{name: PHONE82_APP_BROKER_PASSWORD, value: x}"),
                set(Checks.CERTIFICATES, PROD_HA, "passwords that the broker knows", "Secret artemis-jaas-config", "/stringData/artemis-users.properties", "app=x\n"),
                set(Checks.CERTIFICATES, PROD, "app with the certificate of pay", "Deployment app", "/spec/template/spec/volumes/1/secret/secretName", "broker-pay"),
                set(Checks.CERTIFICATES, PROD, "app with the key of the authority", "Deployment app", "/spec/template/spec/volumes/2", "{name: tmp, secret: {secretName: broker-authority}}"),
                set(Checks.CERTIFICATES, PROD, "a gateway with a certificate", "Deployment gateway", "/spec/template/spec/volumes/2", "{name: tmp, secret: {secretName: broker-app}}"),
                set(Checks.CERTIFICATES, PROD, "a certificate of app that says pay", "Certificate broker-app", "/spec/commonName", "pay"),
                set(Checks.CERTIFICATES, PROD, "a client that can be a server", "Certificate broker-app", "/spec/usages/1", "server auth"),
                set(Checks.CERTIFICATES, PROD, "a server of another name", "Certificate broker-artemis", "/spec/dnsNames/0", "broker"),
                set(Checks.CERTIFICATES, PROD, "a certificate of its own authority", "Certificate broker-pay", "/spec/issuerRef/name", "self-signed"),
                set(Checks.CERTIFICATES, PROD, "a connection without encryption", "Deployment pay", "/spec/template/spec/containers/0/env/0", "{name: PHONE82_BROKER_URL, value: 'tcp://artemis:61616'}"),
                set(Checks.CERTIFICATES, PROD_HA, "a broker that asks for no certificate", "ActiveMQArtemis artemis-b", "/spec/brokerProperties", "[]"),
                mutant(Checks.CERTIFICATES, PROD, "a broker that reads no new certificate", manifests -> manifests.of("ConfigMap").filter(map -> map.path("data").has("broker.properties"))
                        .forEach(map -> map.withObject("/data").put("broker.properties", map.at("/data/broker.properties").asText().replace("sslAutoReload=true", "")))),
                set(Checks.ENCRYPTION, PROD, "HTTP to a context", "Deployment gateway", "/spec/template/spec/containers/0/env/0/value", "http://app:8080"),
                set(Checks.ENCRYPTION, PROD, "HTTP to pay", "ConfigMap apiurl", "/data/url", "http://pay:8080"),
                set(Checks.ENCRYPTION, PROD_HA, "a broker without TLS", "Deployment pay", "/spec/template/spec/containers/0/env/0", "{name: PHONE82_BROKER_URL, value: 'tcp://artemis:61616'}"),
                set(Checks.ENCRYPTION, PROD, "a database that nobody verifies", "Deployment app", "/spec/template/spec/containers/0/env/2/value", "jdbc:postgresql://postgresql:5432/app?sslmode=require"),
                set(Checks.ENCRYPTION, PROD, "a database without TLS", "Deployment store", "/spec/template/spec/containers/0/env/1/value", "jdbc:hsqldb:hsql://store-db:9001/store"),
                remove(Checks.ENCRYPTION, PROD, "a server without TLS", "StatefulSet store-db", "/spec/template/spec/containers/0/args/8"),
                mutant(Checks.ENCRYPTION, PROD, "a database for clients without TLS", manifests -> manifests.of("ConfigMap").filter(map -> map.path("data").has("pg_hba"))
                        .findFirst().orElseThrow().withObject("/data").put("pg_hba", "host all all all scram-sha-256")),
                set(Checks.ENCRYPTION, PROD_HA, "a cluster for clients without TLS", "Cluster postgresql", "/spec/postgresql/pg_hba/0", "host sameuser all all scram-sha-256"),
                remove(Checks.ENCRYPTION, PROD_HA, "the key of the database's authority", "Deployment app", "/spec/template/spec/volumes/0/secret/items"),
                set(Checks.ENCRYPTION, PROD_HA, "a console without TLS", "ActiveMQArtemis artemis-a", "/spec/console/sslEnabled", "false"),
                remove(Checks.ENCRYPTION, PROD_HA, "a console that its operator calls by another name", "Certificate tls-artemis", "/spec/dnsNames/1"),
                set(Checks.ENCRYPTION, PROD_HA, "a console that does not renew", "ActiveMQArtemis artemis-b", "/spec/env", "[]"),
                set(Checks.ENCRYPTION, PROD, "a certificate of another server", "Certificate tls-pay", "/spec/dnsNames", "[store, contexts]"),
                set(Checks.ENCRYPTION, PROD, "pay with the certificate of store", "Deployment pay", "/spec/template/spec/volumes/0/secret/secretName", "tls-store"),
                set(Checks.ENCRYPTION, PROD, "probes without TLS", "Deployment pay", "/spec/template/spec/containers/0/livenessProbe/httpGet/scheme", "HTTP"),
                remove(Checks.ENCRYPTION, PROD, "a monitor that trusts all", "PodMonitor phone82", "/spec/podMetricsEndpoints/0/tlsConfig/ca"),
                remove(Checks.ENCRYPTION, PROD_HA, "metrics in plain text", "Cluster postgresql", "/spec/monitoring"),
                set(Checks.ENCRYPTION, PROD_HA, "a monitor of another authority", "PodMonitor postgresql", "/spec/podMetricsEndpoints/0/tlsConfig/ca/secret/name", "tls-coordinator"),
                set(Checks.ENCRYPTION, PROD, "plain text behind the router", "Route gateway", "/spec/tls/termination", "edge"),
                remove(Checks.ENCRYPTION, PROD, "a gateway that the router does not trust", "Service gateway", "/metadata/annotations"),
                mutant(Checks.ENCRYPTION, PROD, "contexts that serve HTTP", manifests -> assertThat(manifests.of("ConfigMap").filter(map -> map.path("data").has("PHONE82_TLS_KEY"))
                        .findFirst().orElseThrow().withObject("/data").remove("PHONE82_TLS_CERTIFICATE")).isNotNull()),
                without(Checks.KEYS, PROD, "no certificate of pay", "Certificate broker-pay"),
                without(Checks.KEYS, PROD, "no issuer", "Issuer broker"),
                without(Checks.KEYS, PROD, "no authority", "Certificate broker-authority"),
                without(Checks.KEYS, PROD_HA, "no certificate of the broker", "Certificate broker-artemis"),
                set(Checks.FIELDS, PROD, "an unknown field of a certificate", "Certificate broker-app", "/spec/renewAfter", "1h"),
                set(Checks.CALLS, PROD_HA, "a database that does not admit store", "NetworkPolicy postgresql", "/spec/ingress/0/from/2/podSelector/matchLabels/app.kubernetes.io~1name", "gateway"),
                set(Checks.CALLS, PROD_HA, "a store that may not call its database", "NetworkPolicy store", "/spec/egress/2/ports/0/port", "9001"),
                set(Checks.CALLS, PROD_HA, "a standby in place of the primary", "Deployment pay", "/spec/template/spec/containers/0/env/0/value", "jdbc:postgresql://postgresql-ro:5432/pay"),
                set(Checks.CALLS, ARTEMIS_OPERATOR, "an operator's broker of other labels", "ActiveMQArtemis artemis", "/spec/deploymentPlan/labels/app.kubernetes.io~1name", "broker"),
                set(Checks.CALLS, DEV, "a Service that is not there", "Deployment gateway", "/spec/template/spec/containers/0/env/3/value", "http://shop:8080"),
                set(Checks.CALLS, DEV, "a port that a Service has not", "Deployment gateway", "/spec/template/spec/containers/0/env/3/value", "http://store:8083"),
                set(Checks.CALLS, DEV, "another's database", "Deployment pay", "/spec/template/spec/containers/0/env/4/value", "jdbc:postgresql://postgresql:5432/app"),
                remove(Checks.CALLS, DEV, "a coordinator without egress", "NetworkPolicy coordinator", "/spec/egress"),
                remove(Checks.CALLS, DEV, "a store that the coordinator does not reach", "NetworkPolicy store", "/spec/ingress/0/from/2"),
                set(Checks.CALLS, DEV, "called back at another's place", "Deployment store", "/spec/template/spec/containers/0/env/1/value", "http://pay:8080"),
                without(Checks.CALLS, DEV, "a provider that pay does not reach", "NetworkPolicy pay-to-provider"),
                set(Checks.CALLS, DEV, "a provider that does not let pay in", "NetworkPolicy provider", "/spec/ingress/0/from/0/podSelector/matchLabels/app.kubernetes.io~1name", "gateway"),
                remove(Checks.CALLS, KEDA, "a console that the broker's Service does not lead to", "Service artemis", "/spec/ports/1"),
                set(Checks.CALLS, KEDA, "a host that other projects do not find", "ScaledObject store", "/spec/triggers/1/metadata/url", "http://artemis:8161/console"),
                without(Checks.CALLS, KEDA, "a console that KEDA does not reach", "NetworkPolicy keda-to-artemis"),
                without(Checks.CALLS, DEV, "no default policy", "NetworkPolicy default-deny"),
                set(Checks.CALLS, PROD_HA, "a database that the coordinator does not reach", "NetworkPolicy coordinator", "/spec/egress/3/ports/0/port", "5433"),
                set(Checks.CALLS, PROD_HA, "a database that does not let the coordinator in", "NetworkPolicy postgresql", "/spec/ingress/0/from/4/podSelector/matchLabels/app.kubernetes.io~1name", "gateway"),
                set(Checks.DOORS, DEV, "a Route to app", "Route gateway", "/spec/to/name", "app"),
                remove(Checks.DOORS, PROD, "a Route without TLS", "Route gateway", "/spec/tls"),
                set(Checks.DOORS, DEV, "a Route to no port", "Route gateway", "/spec/port/targetPort", "8080-tcp"),
                set(Checks.DOORS, KUBERNETES, "an Ingress to pay", "Ingress gateway", "/spec/rules/0/http/paths/0/backend/service/name", "pay"),
                remove(Checks.DOORS, DEV, "a gateway that the router does not reach", "NetworkPolicy gateway", "/spec/ingress"),
                set(Checks.DOORS, DEV, "pay open to all", "NetworkPolicy pay", "/spec/ingress/0/from/0", "{namespaceSelector: {}}"),
                set(Checks.DOORS, PROD_HA, "an operator that is not let in", "NetworkPolicy artemis-operator", "/spec/ingress/0/from/0/namespaceSelector/matchExpressions/0/values", "[openshift-operators]"),
                set(Checks.DOORS, PROD_HA, "a database open to all", "NetworkPolicy postgresql", "/spec/ingress/2/from", "[]"),
                set(Checks.PORTS, PROD_HA, "a door to a port that the database has not", "NetworkPolicy postgresql", "/spec/ingress/0/ports/0/port", "5433"),
                set(Checks.ROLLING, DEV, "unavailable during a rollout", "Deployment app", "/spec/strategy/rollingUpdate/maxUnavailable", "1"),
                set(Checks.ROLLING, DEV, "two coordinators", "Deployment coordinator", "/spec/replicas", "2"),
                set(Checks.ROLLING, DEV, "a coordinator that overlaps with the next", "Deployment coordinator", "/spec/strategy/type", "RollingUpdate"),
                set(Checks.ROLLING, PROD_HA, "a coordinator that is never ready", "Deployment coordinator", "/spec/replicas", "2"),
                remove(Checks.ROLLING, DEV, "all on one host", "Deployment app", "/spec/template/spec/topologySpreadConstraints"),
                set(Checks.STOPPING, DEV, "killed before it has finished", "Deployment app", "/spec/template/spec/terminationGracePeriodSeconds", "30"),
                settings(Checks.STOPPING, "stops while the others still have connections to it", "PHONE82_OPERATIONS_NOTICE", "3s"),
                settings(Checks.STOPPING, "takes its time until it is killed", "PHONE82_OPERATIONS_NOTICE", "30s"),
                remove(Checks.STOPPING, DEV, "stops while it is sent to", "Deployment app", "/spec/template/spec/containers/0/lifecycle"),
                set(Checks.SCALING, DEV, "an autoscaler of nothing", "HorizontalPodAutoscaler store", "/spec/scaleTargetRef/name", "shop"),
                set(Checks.SCALING, DEV, "replicas against the autoscaler", "Deployment store", "/spec/replicas", "2"),
                remove(Checks.SCALING, KEDA, "pods for the CPU of a start", "ScaledObject store", "/spec/advanced"),
                remove(Checks.SCALING, DEV, "pods for the CPU of a start", "HorizontalPodAutoscaler store", "/spec/behavior/scaleUp/stabilizationWindowSeconds"),
                set(Checks.SCALING, DEV, "a budget that empties no host", "PodDisruptionBudget app", "/spec", "{minAvailable: 1, selector: {matchLabels: {app.kubernetes.io/name: app}}}"),
                remove(Checks.SCALING, DEV, "a budget that keeps a host with unready pods", "PodDisruptionBudget pay", "/spec/unhealthyPodEvictionPolicy"),
                set(Checks.SCALING, PROD_HA, "one store at night", "HorizontalPodAutoscaler store", "/spec/minReplicas", "1"),
                set(Checks.SCALING, PROD, "one pod alone", "Deployment pay", "/spec/replicas", "1"),
                without(Checks.SCALING, PROD, "no budget", "PodDisruptionBudget pay"),
                set(Checks.IMAGES, DEV, "a trigger of another container", "Deployment app", "/metadata/annotations/image.openshift.io~1triggers", "[{\"from\":{\"kind\":\"ImageStreamTag\",\"name\":\"phone82:latest\"},\"fieldPath\":\"spec.template.spec.containers[0].image\"}]"),
                set(Checks.IMAGES, DEV, "an image without version", "StatefulSet artemis", "/spec/template/spec/containers/0/image", "docker.io/apache/artemis"),
                remove(Checks.IMAGES, PROD, "a log on a volume", "StatefulSet postgresql", "/spec/template/spec/containers/0/env/1"),
                remove(Checks.IMAGES, DEV, "an image from a public registry", "ImageStream phone82", "/spec/lookupPolicy"),
                set(Checks.IMAGES, DEV, "a build of another image", "BuildConfig phone82", "/spec/output/to/name", "shop:latest"),
                set(Checks.PIPELINE, DEV, "after a task that is not there", "Pipeline phone82", "/spec/tasks/1/runAfter/0", "checkout"),
                set(Checks.PIPELINE, DEV, "a task that is not there", "Pipeline phone82", "/spec/tasks/1/taskRef/name", "phone82-test"),
                set(Checks.PIPELINE, DEV, "a task that OpenShift has not", "Pipeline phone82", "/spec/tasks/0/taskRef/params/1/value", "git-checkout"),
                set(Checks.PIPELINE, DEV, "an undefined result", "Pipeline phone82", "/spec/tasks/4/params/1/value", "$(tasks.image.results.digest)"),
                set(Checks.PIPELINE, DEV, "an image that is accepted before its test", "Pipeline phone82", "/spec/tasks/6/runAfter", "[deploy]"),
                set(Checks.PIPELINE, DEV, "a former image that is read after the build", "Pipeline phone82", "/spec/tasks/2/runAfter", "[image]"),
                set(Checks.IMAGES, DEV, "a build that is deployed before its test", "BuildConfig phone82", "/spec/output/to/name", "phone82:latest"),
                set(Checks.PIPELINE, DEV, "an undeclared parameter", "Pipeline phone82", "/spec/tasks/0/params/1/value", "$(params.branch)"),
                set(Checks.PIPELINE, DEV, "an unbound workspace", "PipelineRun phone82-", "/spec/workspaces/0/name", "sources"),
                set(Checks.PIPELINE, DEV, "a run without repository", "PipelineRun phone82-", "/spec/params", "[]"),
                remove(Checks.PIPELINE, DEV, "tests with the rights of the pipeline", "PipelineRun phone82-", "/spec/taskRunSpecs/1"),
                remove(Checks.PIPELINE, DEV, "tests with a token", "ServiceAccount phone82-verify", "/automountServiceAccountToken"),
                set(Checks.PIPELINE, DEV, "tests with a role", "RoleBinding phone82-verify", "/roleRef/name", "edit"),
                set(Checks.PIPELINE, DEV, "a script that goes on", "Task phone82-deploy", "/spec/steps/0/script", "#!/bin/sh\noc rollout status deployment/app\n"),
                remove(Checks.PIPELINE, DEV, "nothing is rolled back", "Pipeline phone82", "/spec/finally"),
                set(Checks.MONITORING, PROD, "an alert without instructions", "PrometheusRule phone82", "/spec/groups/0/rules/0/alert", "OrdersFail"),
                without(Checks.MONITORING, PROD, "no monitoring", "PodMonitor phone82"),
                remove(Checks.MONITORING, PROD, "no metrics while a database hangs", "PodMonitor phone82", "/spec/podMetricsEndpoints/0/scrapeTimeout"),
                set(Checks.MONITORING, PROD, "a scrape that lasts until the next", "PodMonitor phone82", "/spec/podMetricsEndpoints/0/scrapeTimeout", "40s"),
                without(Checks.MONITORING, PROD, "contexts that Prometheus does not reach", "NetworkPolicy monitoring"),
                remove(Checks.MONITORING, PROD_HA, "a database that Prometheus does not reach", "NetworkPolicy postgresql", "/spec/ingress/3"),
                without(Checks.AVAILABILITY, PROD_HA, "a database that nobody watches", "PodMonitor postgresql"),
                remove(Checks.AVAILABILITY, PROD_HA, "backups that nobody watches", "PrometheusRule postgresql", "/spec/groups/0/rules/1"),
                remove(Checks.AVAILABILITY, PROD_HA, "a broker that is restarted while it starts", "ActiveMQArtemis artemis-a", "/spec/deploymentPlan/startupProbe"),
                set(Checks.AVAILABILITY, PROD_HA, "two instances of the database", "Cluster postgresql", "/spec/instances", "2"),
                set(Checks.AVAILABILITY, PROD_HA, "commits that no standby has", "Cluster postgresql", "/spec/postgresql/synchronous/dataDurability", "preferred"),
                set(Checks.AVAILABILITY, PROD_HA, "instances on one machine", "Cluster postgresql", "/spec/affinity/podAntiAffinityType", "preferred"),
                without(Checks.AVAILABILITY, PROD_HA, "no backup", "ScheduledBackup postgresql"),
                without(Checks.AVAILABILITY, PROD_HA, "one broker", "ActiveMQArtemis artemis-b"),
                set(Checks.AVAILABILITY, PROD_HA, "a broker on a disk of its own", "ActiveMQArtemis artemis-b", "/spec/deploymentPlan/persistenceEnabled", "true"),
                remove(Checks.AVAILABILITY, PROD_HA, "brokers on one machine", "ActiveMQArtemis artemis-a", "/spec/deploymentPlan/affinity"),
                set(Checks.AVAILABILITY, PROD_HA, "a coordinator with a volume", "Deployment coordinator", "/spec/template/spec/volumes/0", "{name: data, persistentVolumeClaim: {claimName: coordinator}}"),
                without(Checks.AVAILABILITY, PROD_HA, "a priority that there is not", "PriorityClass phone82"),
                remove(Checks.AVAILABILITY, PROD_HA, "pods in one zone", "Deployment app", "/spec/template/spec/topologySpreadConstraints/0"),
                mutant(Checks.PLATFORM, KUBERNETES, "a Route on plain Kubernetes", manifests -> manifests.objects().add(object(SOUND.get(DEV), "Route gateway").deepCopy())),
                remove(Checks.PLATFORM, KUBERNETES, "a volume that cannot be written", "StatefulSet postgresql", "/spec/template/spec/securityContext/fsGroup"));
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void isCaught(Mutant mutant) {
        Manifests broken = sound(mutant.project).copy();
        mutant.change.accept(broken);
        assertThat(broken.objects()).isNotEqualTo(sound(mutant.project).objects());

        List<String> faults = mutant.check.faults(broken);

        System.out.println(mutant + " -> " + faults);
        assertThat(faults).isNotEmpty();
    }

    @Test
    void everyCheckHasAMutant() {
        assertThat(mutants().map(Mutant::check).collect(Collectors.toSet())).isEqualTo(EnumSet.allOf(Checks.class));
    }

    /** Faults that rendering would hide are found in the files. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            base/app/deployment.yaml      | "replicas: 2"          | "replicas: 2\\n  replicas: 3"      | Duplicate field
            base/kustomization.yaml       | "- gateway"            | "- gatewayy"                       | gatewayy
            base/kustomization.yaml       | "name!=coordinator"    | "name!=coordinator,a=b"            | without target
            overlays/dev/kustomization.yaml | "replicas:"          | "namePrefix: x\\nreplicas:"        | namePrefix
            """)
    void aBrokenFileIsRefused(String file, String from, String to, String message, @TempDir Path copy) throws IOException {
        copy(Path.of("openshift"), copy);
        copy(Path.of("artemis"), copy);
        Path path = copy.resolve("openshift").resolve(file);
        String text = Files.readString(path);
        assertThat(text).contains(from);
        Files.writeString(path, text.replace(from, to.replace("\\n", "\n")));

        assertThatThrownBy(() -> DEV.manifests(copy)).hasStackTraceContaining(message);
    }

    private static void copy(Path folder, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.createDirectories(to.resolve(file).getParent());
                Files.copy(file, to.resolve(file));
            }
        }
    }

    private static Manifests sound(Project project) {
        return SOUND.computeIfAbsent(project, each -> each.manifests(Path.of("")));
    }

    private static Mutant mutant(Checks check, Project project, String name, Consumer<Manifests> change) {
        return new Mutant(check, project, name, change);
    }

    private static Mutant set(Checks check, Project project, String name, String object, String field, String value) {
        return mutant(check, project, name, manifests -> put(object(manifests, object), field, value));
    }

    private static Mutant remove(Checks check, Project project, String name, String object, String field) {
        return mutant(check, project, name, manifests -> {
            JsonNode parent = object(manifests, object).at(field.substring(0, field.lastIndexOf('/')));
            String last = field.substring(field.lastIndexOf('/') + 1).replace("~1", "/");
            assertThat(parent.isArray() ? ((ArrayNode) parent).remove(Integer.parseInt(last)) : ((ObjectNode) parent).remove(last)).isNotNull();
        });
    }

    private static Mutant without(Checks check, Project project, String name, String object) {
        return mutant(check, project, name, manifests -> assertThat(manifests.objects().remove(object(manifests, object))).isTrue());
    }

    private static Mutant settings(Checks check, String name, String variable, String value) {
        return mutant(check, DEV, name, manifests -> manifests.of("ConfigMap").filter(map -> map.path("data").has(variable)).findFirst().orElseThrow()
                .withObject("/data").put(variable, value));
    }

    private static void put(ObjectNode object, String field, String value) {
        JsonNode parent = object.at(field.substring(0, field.lastIndexOf('/')));
        String last = field.substring(field.lastIndexOf('/') + 1).replace("~1", "/");
        if (parent.isArray()) {
            ((ArrayNode) parent).set(Integer.parseInt(last), value(value));
        } else {
            ((ObjectNode) parent).set(last, value(value));
        }
    }

    /** YAML, except text that has several lines or contains JSON. */
    private static JsonNode value(String value) {
        try {
            return value.isEmpty() || value.contains("\n") || value.startsWith("[{\"") ? new TextNode(value) : Kustomize.YAML.readTree(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode object(Manifests manifests, String id) {
        return manifests.objects().stream().filter(object -> Manifests.id(object).equals(id)).findFirst().orElseThrow();
    }
}
