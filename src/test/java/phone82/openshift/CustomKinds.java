package phone82.openshift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.util.Map.entry;

/** The known fields of kinds without a Java model: those in use, named as in their documentation. */
final class CustomKinds {

    private static final Map<String, String> VERSIONS = Map.ofEntries(entry("Pipeline", "tekton.dev/v1"), entry("Task", "tekton.dev/v1"),
            entry("PipelineRun", "tekton.dev/v1"), entry("ScaledObject", "keda.sh/v1alpha1"), entry("TriggerAuthentication", "keda.sh/v1alpha1"),
            entry("ActiveMQArtemis", "broker.amq.io/v1beta1"), entry("Cluster", "postgresql.cnpg.io/v1"), entry("Database", "postgresql.cnpg.io/v1"),
            entry("ScheduledBackup", "postgresql.cnpg.io/v1"), entry("ObjectStore", "barmancloud.cnpg.io/v1"), entry("Certificate", "cert-manager.io/v1"),
            entry("Issuer", "cert-manager.io/v1"));
    private static final String PIPELINE_TASK = """
            name runAfter[] timeout taskRef.name taskRef.resolver taskRef.params[].name taskRef.params[].value params[].name params[].value
            workspaces[].name workspaces[].workspace when[].input when[].operator when[].values[]""";
    private static final Map<String, Set<String>> FIELDS = Map.ofEntries(
            entry("Pipeline", fields("params[].name params[].description params[].type params[].default workspaces[].name workspaces[].description",
                    within("tasks[]", PIPELINE_TASK), within("finally[]", PIPELINE_TASK))),
            entry("Task", fields("description params[].name params[].description params[].type params[].default workspaces[].name results[].name results[].description",
                    within("steps[]", """
                            name image workingDir script env[].name env[].value computeResources.requests.cpu computeResources.requests.memory
                            computeResources.limits.memory securityContext.runAsNonRoot securityContext.allowPrivilegeEscalation"""))),
            entry("PipelineRun", fields("""
                    pipelineRef.name params[].name params[].value taskRunTemplate.serviceAccountName taskRunTemplate.podTemplate.securityContext.fsGroup
                    taskRunSpecs[].pipelineTaskName taskRunSpecs[].serviceAccountName timeouts.pipeline timeouts.tasks workspaces[].name workspaces[].volumeClaimTemplate.spec.accessModes[]
                    workspaces[].volumeClaimTemplate.spec.resources.requests.storage""")),
            entry("ScaledObject", fields("""
                    scaleTargetRef.name minReplicaCount maxReplicaCount cooldownPeriod
                    advanced.horizontalPodAutoscalerConfig.behavior.scaleUp.stabilizationWindowSeconds
                    advanced.horizontalPodAutoscalerConfig.behavior.scaleUp.policies[].type
                    advanced.horizontalPodAutoscalerConfig.behavior.scaleUp.policies[].value
                    advanced.horizontalPodAutoscalerConfig.behavior.scaleUp.policies[].periodSeconds
                    advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds
                    advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.policies[].type
                    advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.policies[].value
                    advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.policies[].periodSeconds triggers[].type triggers[].metricType triggers[].metadata.value
                    triggers[].metadata.url triggers[].metadata.valueLocation triggers[].metadata.targetValue triggers[].metadata.authMode
                    triggers[].authenticationRef.name""")),
            entry("TriggerAuthentication", fields("secretTargetRef[].parameter secretTargetRef[].name secretTargetRef[].key")),
            entry("ActiveMQArtemis", fields("""
                    acceptors[].name acceptors[].port acceptors[].protocols console.sslEnabled console.sslSecret env[].name env[].value
                    deploymentPlan.size deploymentPlan.persistenceEnabled deploymentPlan.requireLogin deploymentPlan.labels.* deploymentPlan.storage.size
                    deploymentPlan.resources.requests.cpu deploymentPlan.resources.requests.memory deploymentPlan.resources.limits.memory
                    deploymentPlan.extraMounts.secrets[] brokerProperties[] deploymentPlan.clustered deploymentPlan.extraVolumes[].name
                    deploymentPlan.extraVolumes[].persistentVolumeClaim.claimName deploymentPlan.extraVolumeMounts[].name
                    deploymentPlan.extraVolumeMounts[].mountPath deploymentPlan.livenessProbe.exec.command[] deploymentPlan.livenessProbe.periodSeconds
                    deploymentPlan.livenessProbe.timeoutSeconds deploymentPlan.livenessProbe.failureThreshold deploymentPlan.startupProbe.exec.command[]
                    deploymentPlan.startupProbe.periodSeconds deploymentPlan.startupProbe.failureThreshold resourceTemplates[].selector.kind
                    resourceTemplates[].patch.kind resourceTemplates[].patch.spec.template.spec.priorityClassName""",
                    within("deploymentPlan.affinity.podAntiAffinity", """
                            requiredDuringSchedulingIgnoredDuringExecution[].topologyKey
                            requiredDuringSchedulingIgnoredDuringExecution[].labelSelector.matchLabels.*
                            preferredDuringSchedulingIgnoredDuringExecution[].weight
                            preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm.topologyKey
                            preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm.labelSelector.matchLabels.*"""))),
            entry("Cluster", fields("""
                    instances imageName bootstrap.initdb.database bootstrap.initdb.owner bootstrap.initdb.secret.name bootstrap.recovery.source
                    bootstrap.recovery.database bootstrap.recovery.owner bootstrap.recovery.secret.name externalClusters[].name
                    externalClusters[].plugin.name externalClusters[].plugin.parameters.* monitoring.tls.enabled managed.roles[].name
                    managed.roles[].login managed.roles[].passwordSecret.name managed.services.disabledDefaultServices[]
                    postgresql.synchronous.method postgresql.synchronous.number postgresql.synchronous.dataDurability
                    postgresql.synchronous.failoverQuorum postgresql.parameters.* postgresql.pg_hba[] livenessProbeTimeout
                    probes.liveness.isolationCheck.enabled switchoverDelay primaryUpdateStrategy primaryUpdateMethod enablePDB plugins[].name
                    plugins[].isWALArchiver plugins[].parameters.* affinity.enablePodAntiAffinity affinity.podAntiAffinityType affinity.topologyKey
                    topologySpreadConstraints[].topologyKey topologySpreadConstraints[].maxSkew topologySpreadConstraints[].whenUnsatisfiable
                    topologySpreadConstraints[].labelSelector.matchLabels.* priorityClassName storage.size walStorage.size resources.requests.cpu
                    resources.requests.memory resources.limits.memory inheritedMetadata.labels.*""")),
            entry("Database", fields("cluster.name name owner databaseReclaimPolicy")),
            entry("ScheduledBackup", fields("schedule immediate backupOwnerReference cluster.name method pluginConfiguration.name")),
            entry("ObjectStore", fields("""
                    retentionPolicy configuration.destinationPath configuration.endpointURL configuration.s3Credentials.accessKeyId.name
                    configuration.s3Credentials.accessKeyId.key configuration.s3Credentials.secretAccessKey.name
                    configuration.s3Credentials.secretAccessKey.key configuration.wal.compression configuration.data.compression""")),
            entry("Certificate", fields("""
                    isCA commonName dnsNames[] secretName duration renewBefore usages[] privateKey.algorithm privateKey.size privateKey.encoding
                    privateKey.rotationPolicy additionalOutputFormats[].type issuerRef.name issuerRef.kind""")),
            // a self-signed issuer has no fields
            entry("Issuer", fields("ca.secretName")));
    /** Maps with keys of the user's choice. */
    private static final List<String> OPEN = List.of("labels", "matchLabels", "parameters");

    private CustomKinds() {
    }

    static List<String> faults(ObjectNode object) {
        String kind = object.path("kind").asText();
        Set<String> known = FIELDS.get(kind);
        if (known == null) {
            return List.of("nobody knows this kind");
        }
        List<String> faults = new ArrayList<>();
        if (!object.path("apiVersion").asText().equals(VERSIONS.get(kind))) {
            faults.add("apiVersion " + object.path("apiVersion").asText());
        }
        paths("", object.path("spec")).filter(path -> !known.contains(path)).forEach(path -> faults.add("no field " + path));
        return faults;
    }

    private static Set<String> fields(String... groups) {
        return Stream.of(groups).flatMap(group -> Stream.of(group.trim().split("\\s+"))).collect(Collectors.toSet());
    }

    private static String within(String parent, String fields) {
        return Stream.of(fields.trim().split("\\s+")).map(field -> parent + "." + field).collect(Collectors.joining(" "));
    }

    private static Stream<String> paths(String path, JsonNode node) {
        if (node.isObject()) {
            return node.properties().stream().flatMap(field -> paths(path.isEmpty() ? field.getKey()
                    : OPEN.contains(path.substring(path.lastIndexOf('.') + 1)) ? path + ".*" : path + "." + field.getKey(), field.getValue()));
        }
        return node.isArray() ? Manifests.each(node).flatMap(each -> paths(path + "[]", each)) : Stream.of(path);
    }
}
