package phone82.openshift;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static phone82.openshift.Manifests.each;
import static phone82.openshift.Manifests.id;

/** Checks of a pipeline's references: its tasks, their parameters, results and workspaces, and the objects that its scripts use. */
final class Tekton {

    private static final Pattern RESULT = Pattern.compile("\\$\\(tasks\\.([\\w-]+)\\.results\\.([\\w-]+)\\)");
    private static final Pattern STATUS = Pattern.compile("\\$\\(tasks\\.([\\w-]+)\\.status\\)");
    private static final Pattern OWN = Pattern.compile("\\$\\((params|results|workspaces)\\.([\\w-]+)(?:\\.path)?\\)");
    private static final String DURATION = "(\\d+h)?(\\d+m)?(\\d+s)?";
    /** The tasks of openshift-pipelines in use, with their required parameters and workspaces. */
    private static final Map<String, List<String>> OF_THE_CLUSTER = Map.of("git-clone", List.of("URL", "output"));

    /** Of OpenShift Pipelines; it lets a pod have the group of the workspace, and nothing else. */
    private static final String SHARED_FILES = "pipelines-scc-clusterrole";

    private Tekton() {
    }

    static void faults(Manifests manifests, Consumer<String> fault) {
        manifests.of("Task").forEach(task -> task(manifests, task, line -> fault.accept(id(task) + ": " + line)));
        manifests.of("Pipeline").forEach(pipeline -> pipeline(manifests, pipeline, line -> fault.accept(id(pipeline) + ": " + line)));
        manifests.of("PipelineRun").forEach(run -> run(manifests, run, line -> fault.accept(id(run) + ": " + line)));
    }

    private static void task(Manifests manifests, ObjectNode task, Consumer<String> fault) {
        for (JsonNode step : task.at("/spec/steps")) {
            Stream.concat(Stream.of(step.path("script").asText(), step.path("workingDir").asText()), step.path("env").findValuesAsText("value").stream())
                    .flatMap(text -> OWN.matcher(text).results())
                    .filter(match -> !names(task.path("spec").path(match.group(1))).contains(match.group(2)))
                    .forEach(match -> fault.accept("declares no " + match.group()));
            String script = step.path("script").asText();
            if (!script.startsWith("#!/bin/sh\nset -eu\n")) {
                fault.accept("continues after a failing command");
            }
            if (step.path("image").asText().isEmpty()) {
                fault.accept("a step without image");
            }
            mentioned(script, "oc start-build (\\S+)").filter(name -> manifests.find("BuildConfig", name).isEmpty())
                    .forEach(name -> fault.accept("there is no BuildConfig " + name));
            mentioned(script, "imagestreamtag (\\w+):").filter(name -> manifests.find("ImageStream", name).isEmpty())
                    .forEach(name -> fault.accept("there is no ImageStream " + name));
            mentioned(script, "://([\\w-]+\\S*:\\d+)").filter(place -> manifests.find("Service", place.split("[.:]")[0])
                    .filter(service -> service.at("/spec/ports/0/port").asText().equals(place.replaceAll(".*:", ""))).isEmpty())
                    .forEach(place -> fault.accept("there is no Service " + place));
        }
    }

    private static Stream<String> mentioned(String script, String pattern) {
        return Pattern.compile(pattern).matcher(script).results().map(match -> match.group(1));
    }

    private static void pipeline(Manifests manifests, ObjectNode pipeline, Consumer<String> fault) {
        Map<String, JsonNode> tasks = new HashMap<>();
        Set<String> before = new HashSet<>();
        List<JsonNode> all = Stream.concat(each(pipeline.at("/spec/tasks")), each(pipeline.at("/spec/finally"))).toList();
        each(pipeline.at("/spec/tasks")).forEach(task -> tasks.put(name(task, fault), task));
        for (JsonNode task : all) {
            boolean last = !tasks.containsValue(task);
            String name = task.path("name").asText();
            each(task.path("runAfter")).map(JsonNode::asText).filter(after -> last || !before.contains(after))
                    .forEach(after -> fault.accept(name + " runs after " + after + ", which does not come before it"));
            RESULT.matcher(task.toString()).results().forEach(match -> {
                JsonNode producer = tasks.getOrDefault(match.group(1), task);
                if (!last && !before.contains(match.group(1)) || !names(definition(manifests, producer).at("/spec/results")).contains(match.group(2))) {
                    fault.accept(name + ": no earlier task returns " + match.group());
                }
            });
            STATUS.matcher(task.toString()).results().filter(match -> !last || !tasks.containsKey(match.group(1)))
                    .forEach(match -> fault.accept(name + ": no status of " + match.group()));
            OWN.matcher(task.toString()).results().filter(match -> !names(pipeline.path("spec").path(match.group(1))).contains(match.group(2)))
                    .forEach(match -> fault.accept(name + ": the pipeline declares no " + match.group()));
            each(task.path("workspaces")).filter(each -> !names(pipeline.at("/spec/workspaces")).contains(each.path("workspace").asText()))
                    .forEach(each -> fault.accept(name + ": the pipeline has no workspace " + each.path("workspace").asText()));
            if (!task.path("timeout").asText("1m").matches(DURATION)) {
                fault.accept(name + ": " + task.path("timeout").asText() + " is no duration");
            }
            uses(manifests, task, line -> fault.accept(name + ": " + line));
            before.add(name);
        }
        for (String[] pair : new String[][] {{"verify", "remember"}, {"remember", "image"}, {"image", "deploy"}, {"deploy", "smoke-test"}, {"smoke-test", "accept"}}) {
            if (each(tasks.getOrDefault(pair[1], pipeline).path("runAfter")).noneMatch(after -> after.asText().equals(pair[0]))) {
                fault.accept(pair[1] + " does not wait for " + pair[0]);
            }
        }
        if (each(pipeline.at("/spec/finally")).noneMatch(task -> task.toString().contains("tasks.remember.results.images")
                && task.path("when").toString().contains("$(tasks.status)"))) {
            fault.accept("does not roll back a failed deployment");
        }
    }

    private static String name(JsonNode task, Consumer<String> fault) {
        String name = task.path("name").asText();
        if (name.isEmpty()) {
            fault.accept("a task without name");
        }
        return name;
    }

    private static void uses(Manifests manifests, JsonNode task, Consumer<String> fault) {
        Set<String> given = names(task.path("params"));
        Set<String> bound = names(task.path("workspaces"));
        if (task.at("/taskRef/resolver").asText().equals("cluster")) {
            Map<String, String> params = each(task.at("/taskRef/params"))
                    .collect(Collectors.toMap(each -> each.path("name").asText(), each -> each.path("value").asText()));
            List<String> wanted = OF_THE_CLUSTER.get(params.getOrDefault("name", ""));
            if (wanted == null || !"task".equals(params.get("kind")) || !"openshift-pipelines".equals(params.get("namespace"))) {
                fault.accept("OpenShift has no such task: " + params);
            } else if (!given.contains(wanted.get(0)) || !bound.contains(wanted.get(1))) {
                fault.accept("needs " + wanted);
            }
            return;
        }
        JsonNode definition = definition(manifests, task);
        if (definition.isEmpty()) {
            fault.accept("there is no Task " + task.at("/taskRef/name").asText());
            return;
        }
        Set<String> required = each(definition.at("/spec/params")).filter(param -> !param.has("default")).map(param -> param.path("name").asText()).collect(Collectors.toSet());
        if (!names(definition.at("/spec/params")).containsAll(given) || !given.containsAll(required)) {
            fault.accept("gets " + given + " of " + names(definition.at("/spec/params")));
        }
        if (!bound.equals(names(definition.at("/spec/workspaces")))) {
            fault.accept("has workspaces " + bound + " of " + names(definition.at("/spec/workspaces")));
        }
    }

    private static JsonNode definition(Manifests manifests, JsonNode task) {
        return manifests.find("Task", task.at("/taskRef/name").asText()).<JsonNode>map(each -> each).orElse(task.path("none"));
    }

    private static void run(Manifests manifests, ObjectNode run, Consumer<String> fault) {
        manifests.find("Pipeline", run.at("/spec/pipelineRef/name").asText()).ifPresentOrElse(pipeline -> {
            Set<String> wanted = each(pipeline.at("/spec/params")).filter(param -> !param.has("default"))
                    .map(param -> param.path("name").asText()).collect(Collectors.toSet());
            if (!names(run.at("/spec/params")).containsAll(wanted) || !names(pipeline.at("/spec/params")).containsAll(names(run.at("/spec/params")))) {
                fault.accept("passes " + names(run.at("/spec/params")));
            }
            if (!names(run.at("/spec/workspaces")).equals(names(pipeline.at("/spec/workspaces")))) {
                fault.accept("binds " + names(run.at("/spec/workspaces")));
            }
        }, () -> fault.accept("there is no such pipeline"));
        if (!run.at("/metadata").has("generateName")) {
            fault.accept("can run only once");
        }
        strangers(manifests, run, fault);
        run.at("/spec/timeouts").forEach(time -> {
            if (!time.asText().matches(DURATION)) {
                fault.accept(time.asText() + " is no duration");
            }
        });
    }

    /** A task that runs what a repository contains must have no rights in the project: the account of the pipeline may read its secrets. */
    private static void strangers(Manifests manifests, ObjectNode run, Consumer<String> fault) {
        manifests.find("Pipeline", run.at("/spec/pipelineRef/name").asText()).stream().flatMap(pipeline -> each(pipeline.at("/spec/tasks")))
                .filter(task -> task.at("/taskRef/resolver").asText().equals("cluster") || definition(manifests, task).toString().contains("mvn "))
                .map(task -> task.path("name").asText()).forEach(task -> {
                    String account = each(run.at("/spec/taskRunSpecs")).filter(spec -> spec.path("pipelineTaskName").asText().equals(task))
                            .map(spec -> spec.path("serviceAccountName").asText()).findFirst().orElse("");
                    if (manifests.find("ServiceAccount", account).filter(found -> !found.path("automountServiceAccountToken").asBoolean(true)).isEmpty()) {
                        fault.accept(task + " runs with a token of the cluster");
                    }
                    manifests.of("RoleBinding").filter(binding -> names(binding.path("subjects")).contains(account))
                            .map(binding -> binding.at("/roleRef/name").asText()).filter(role -> !role.equals(SHARED_FILES))
                            .forEach(role -> fault.accept(task + " runs with the role " + role));
                });
    }

    private static Set<String> names(JsonNode list) {
        return each(list).map(each -> each.path("name").asText()).collect(Collectors.toSet());
    }
}
