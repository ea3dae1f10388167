package phone82.operations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.function.SingletonSupplier;
import phone82.operations.AuditApi.Found;
import phone82.operations.Trends.Trend;
import phone82.platform.api.Json;
import phone82.platform.disk.PrivateFolder;
import phone82.platform.http.LimitedClient;
import phone82.platform.identity.OperatorsPort;
import phone82.platform.tls.Tls;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Collects the health and metrics of all phone82 processes, including this one, from their operator's ports. Processes on one machine find
 * each other through files in their data folder, each with a password that only its process accepts: something else may listen on the port of
 * a process that has died. Processes on other machines are configured by name and must have the same password as this process. A name that
 * resolves to several addresses stands for one process per address.
 */
class Peers {

    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

    private static final Duration CONNECT = Duration.ofMillis(500);
    /** Longer than a process waits for its own dependencies. */
    private static final Duration ANSWER = Duration.ofSeconds(3);
    /** Files of many megabytes may have to be read. */
    private static final Duration AUDIT = Duration.ofSeconds(30);
    /** Events are processed again for half of it, and then up to a hundred more. */
    private static final Duration REPAIR = Duration.ofSeconds(60);

    /** Far more than the metrics of all contexts or a page of an audit have. */
    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private final List<URI> named;
    private final Path folder;
    private final Operators operators;
    /** Processes for which this process has a wrong password: another request would be one more failed login. */
    private final Set<Place> refused = ConcurrentHashMap.newKeySet();
    private URI here;
    private List<String> contexts = List.of();
    /** Created on first use. */
    private final Supplier<HttpClient> http = SingletonSupplier.of(() -> new LimitedClient(CONNECT, MOST_BYTES, Tls.toAnyProcess()));

    /** The address of a process and the {@code Authorization} header it accepts. */
    private record Place(URI at, String authorization) {
    }

    /**
     * @param named  the operator's ports of the other processes; empty: the processes on this machine are found by their files
     * @param folder where the processes of this machine write their addresses; null: they do not
     */
    Peers(List<URI> named, Path folder, Operators operators) {
        this.named = named;
        this.folder = named.isEmpty() ? folder : null;
        this.operators = operators;
    }

    /**
     * The state of one process. Its contexts are known, even while it is unreachable, if it has written them to a file.
     *
     * @param here    whether it is the process that serves the page
     * @param metrics the metrics that the page shows, in Prometheus' text format
     * @param error   why there is no report
     */
    record ProcessReport(URI at, boolean here, List<String> contexts, JsonNode health, String metrics, String error) {
    }

    /** Announces this process to the others, and deletes the files of processes that ran one of these contexts before. */
    void announce(URI at, Collection<String> contexts) {
        here = at;
        this.contexts = List.copyOf(contexts);
        if (folder == null) {
            return;
        }
        try {
            for (Path other : written()) {
                if (!Collections.disjoint(OperatorsPort.contexts(other), contexts)) {
                    Files.deleteIfExists(other);
                }
            }
            String name = String.join(OperatorsPort.BETWEEN, contexts);
            // only readable by this user
            Path draft = Files.createTempFile(PrivateFolder.create(folder), name, OperatorsPort.DRAFT);
            Files.write(draft, List.of(at.toString(), operators.passwordForPeers()));
            Files.move(draft, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.warn("The operator's pages of other processes will not show this one, because {} cannot be written", folder);
            LOG.debug("The address is not announced", e);
        }
    }

    /** The contexts of this process. */
    List<String> contexts() {
        return contexts;
    }

    CompletableFuture<List<ProcessReport>> ask() {
        List<CompletableFuture<ProcessReport>> asked = new ArrayList<>();
        asked.add(ask(new Place(here, authorization(operators.password())), List.of()));
        others().forEach((place, contexts) -> asked.add(ask(place, contexts)));
        return all(asked);
    }

    /**
     * Reads the audits of the other processes.
     *
     * @param query the query of the request; null for none
     */
    CompletableFuture<List<Found>> audits(String query) {
        return readOthers(AuditApi.OWN + (query == null ? "" : "?" + query), AUDIT, Found.class, (at, reason) -> new Found(null, List.of(at + ": " + reason)));
    }

    /** Reads the trends of the other processes; those that do not answer have none. */
    CompletableFuture<List<Trend>> trends() {
        return readOthers(Trends.OWN, ANSWER, Trend.class, (at, reason) -> Trend.NONE);
    }

    /** Reads what waits for repair in the other processes; those that do not answer have nothing to show. */
    CompletableFuture<List<Repairs.Report>> repairs() {
        return readOthers(Repairs.OWN, ANSWER, Repairs.Report.class, (at, reason) -> Repairs.Report.NONE);
    }

    /**
     * Sends a repair to the other processes one after the other until one runs the context.
     *
     * @param path for a process of its own, with the context
     * @return its answer; empty if no process runs the context
     */
    CompletableFuture<Optional<HttpResponse<String>>> repair(String path) {
        return repair(List.copyOf(others().keySet()), path);
    }

    private CompletableFuture<Optional<HttpResponse<String>>> repair(List<Place> places, String path) {
        if (places.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Place place = places.get(0);
        return post(place, path, BodyPublishers.noBody(), REPAIR)
                .handle((answer, failure) -> answer == null || answer.statusCode() == 401 || answer.statusCode() == Repairs.ELSEWHERE ? null : answer)
                .thenCompose(answer -> answer != null ? CompletableFuture.completedFuture(Optional.of(answer)) : repair(places.subList(1, places.size()), path));
    }

    /** @param missing the result for a process that does not answer, from its address and the reason */
    private <T> CompletableFuture<List<T>> readOthers(String path, Duration timeout, Class<T> type, BiFunction<URI, String, T> missing) {
        return all(others().keySet().stream().map(place -> read(place, path, timeout, type).exceptionally(failure -> missing.apply(place.at, reason(failure)))).toList());
    }

    private <T> CompletableFuture<T> read(Place place, String path, Duration timeout, Class<T> type) {
        return sent(place, () -> get(place.at, path, timeout, "Authorization", place.authorization)).thenApply(answer -> Json.read(body(answer), type));
    }

    private static String body(HttpResponse<String> answer) {
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("status " + answer.statusCode());
        }
        return answer.body();
    }

    /**
     * Sends a request to Jolokia in each process of this machine that runs the context.
     *
     * @return the answers of the processes that have answered
     */
    CompletableFuture<List<JsonNode>> jolokia(String context, Object request, Duration timeout) {
        Map<Place, List<String>> places = new LinkedHashMap<>(others());
        places.put(new Place(here, authorization(operators.password())), contexts);
        places.values().removeIf(each -> !each.contains(context));
        return all(places.keySet().stream().map(place -> jolokia(place, request, timeout).exceptionally(failure -> MissingNode.getInstance())).toList())
                .thenApply(answers -> answers.stream().filter(answer -> !answer.isMissingNode()).toList());
    }

    private CompletableFuture<JsonNode> jolokia(Place place, Object request, Duration timeout) {
        return post(place, Jolokia.PATH, BodyPublishers.ofString(Json.text(request)), timeout).thenApply(answer -> Json.read(body(answer), JsonNode.class));
    }

    private CompletableFuture<HttpResponse<String>> post(Place place, String path, BodyPublisher body, Duration timeout) {
        return sent(place, () -> http.get().sendAsync(HttpRequest.newBuilder(place.at.resolve(path)).timeout(timeout).header("Authorization", place.authorization)
                .header("Content-Type", "application/json").POST(body).build(), BodyHandlers.ofString()));
    }

    /** The answer to a request, which is not sent to a process that refused our password before. */
    private CompletableFuture<HttpResponse<String>> sent(Place place, Supplier<CompletableFuture<HttpResponse<String>>> request) {
        if (refused.contains(place)) {
            return CompletableFuture.failedFuture(new IllegalStateException("it has another password"));
        }
        return request.get().thenApply(answer -> {
            if (answer.statusCode() == 401) {
                refused.add(place);
            }
            return answer;
        });
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> asked) {
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(all -> asked.stream().map(CompletableFuture::join).toList());
    }

    /** The other processes with the contexts that are known. */
    private Map<Place, List<String>> others() {
        Map<Place, List<String>> others = new LinkedHashMap<>();
        for (URI other : named) {
            addresses(other).forEach(each -> others.put(new Place(each, authorization(operators.password())), List.of()));
        }
        try {
            for (Path file : written()) {
                OperatorsPort other = OperatorsPort.read(file);
                if (!other.at().equals(here)) {
                    others.put(new Place(other.at(), authorization(other.password())), other.contexts());
                }
            }
        } catch (IOException e) {
            LOG.debug("A process has just changed its address", e);
        }
        return others;
    }

    private String authorization(String password) {
        return OperatorsPort.authorization(operators.user(), password);
    }

    private List<Path> written() throws IOException {
        return folder == null ? List.of() : OperatorsPort.files(folder);
    }

    /**
     * Returns the addresses behind a configured name. The address of this process is left out, because it does not know which of the
     * names is its own. A name that does not resolve counts as a process that does not answer.
     */
    private List<URI> addresses(URI named) {
        try {
            return OperatorsPort.hosts(named).stream().filter(each -> named.getPort() != here.getPort() || !isOurs(each))
                    .map(each -> OperatorsPort.at(named.getScheme(), new InetSocketAddress(each, named.getPort()))).toList();
        } catch (UnknownHostException e) {
            return List.of(named);
        }
    }

    private static boolean isOurs(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    private CompletableFuture<ProcessReport> ask(Place place, List<String> contexts) {
        URI at = place.at;
        return health(place).thenCombine(get(at, "/actuator/prometheus", ANSWER), (health, metrics) ->
                        new ProcessReport(at, at.equals(here), contexts, health, shown(metrics.body()), null))
                .exceptionally(failure -> new ProcessReport(at, at.equals(here), contexts, null, null, reason(failure)));
    }

    private CompletableFuture<JsonNode> health(Place place) {
        String[] login = refused.contains(place) ? new String[0] : new String[]{"Authorization", place.authorization};
        return get(place.at, "/actuator/health", ANSWER, login).whenComplete((health, failure) -> {
            if (failure != null) {
                // it may restart with another password
                refused.remove(place);
            }
        }).thenApply(health -> {
            if (health.statusCode() == 401) {
                refused.add(place);
            }
            if (refused.contains(place)) {
                throw new IllegalStateException("it has another password");
            }
            if (health.statusCode() != 200 && health.statusCode() != 503) {
                throw new IllegalStateException("status " + health.statusCode());
            }
            return Json.read(health.body(), JsonNode.class);
        });
    }

    private CompletableFuture<HttpResponse<String>> get(URI at, String path, Duration timeout, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at.resolve(path)).timeout(timeout);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.get().sendAsync(request.build(), BodyHandlers.ofString());
    }

    private static String shown(String metrics) {
        return metrics.lines().filter(line -> line.startsWith("phone82_") || line.startsWith("resilience4j_circuitbreaker_state"))
                .collect(Collectors.joining("\n"));
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof HttpTimeoutException ? "no answer in time"
                : cause instanceof ConnectException ? "unreachable"
                : cause instanceof IllegalStateException ? cause.getMessage() : cause.toString();
    }
}
