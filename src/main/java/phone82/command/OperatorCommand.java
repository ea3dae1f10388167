package phone82.command;

import com.fasterxml.jackson.databind.JsonNode;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.PropertyResolver;
import phone82.platform.api.Json;
import phone82.platform.http.LimitedClient;
import phone82.platform.identity.IdentityConfiguration;
import phone82.platform.settings.Settings;
import phone82.platform.settings.WrongSettings;
import phone82.platform.tls.Tls;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** A command for operators; most call the running contexts over HTTP. */
public abstract class OperatorCommand {

    /** The issuer of the tokens that the commands send. */
    public static final String OPERATOR = "operator";

    /** The contexts that publish events and keep a log of them. */
    static final List<String> PUBLISHERS = List.of("app", "pay", "store");

    /** Answers that mean exit code 1: there is no such object, or its state does not allow the request. */
    private static final Set<Integer> REFUSED = Set.of(404, 409);

    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    /** Far more than a page of 200 rows or events has. */
    private static final int MOST_BYTES = 32 * 1024 * 1024;

    private final HttpClient http = client();
    final PropertyResolver properties;
    final PrintStream out;
    final ProgressReport progress;

    OperatorCommand(PropertyResolver properties, PrintStream out) {
        this.properties = properties;
        this.out = out;
        this.progress = new ProgressReport(out::println);
    }

    static HttpClient client() {
        return client(null);
    }

    /** @param trusted decides which servers the client trusts; null for Java's default */
    static HttpClient client(SSLContext trusted) {
        return new LimitedClient(CONNECT, MOST_BYTES, trusted);
    }

    /** Empty: a command needs only the properties. */
    @Configuration(proxyBeanMethods = false)
    static class Properties {
    }

    /** Ends the command. The message is one line that says what to do. */
    static final class Stop extends RuntimeException {
        final int exitCode;
        /** the status of a context's answer; otherwise zero */
        final int status;

        Stop(int exitCode, String line) {
            this(exitCode, line, 0);
        }

        Stop(int exitCode, String line, int status) {
            super(line, null, false, false);
            this.exitCode = exitCode;
            this.status = status;
        }
    }

    /** Returns the arguments that are not options, without the command's name. */
    static List<String> words(String name, String... arguments) {
        List<String> words = new ArrayList<>(Arrays.stream(arguments).filter(argument -> !argument.startsWith("-")).toList());
        words.remove(name);
        return words;
    }

    /** Prints what the command takes instead of these words; returns the exit code. */
    static int usage(PrintStream err, String name, String takes, List<String> words) {
        err.println("phone82: " + name + " takes " + takes + ", not " + words + "; --help shows more.");
        return 2;
    }

    /** The events that a command processes: their contexts, and the start in milliseconds since 1970. */
    record Published(List<String> contexts, long since) {
    }

    /** Parses an optional context and an optional start; prints an error and returns null if the arguments are anything else. */
    static Published published(String name, PrintStream err, String... arguments) {
        List<String> words = words(name, arguments);
        List<String> contexts = !words.isEmpty() && PUBLISHERS.contains(words.get(0)) ? List.of(words.remove(0)) : PUBLISHERS;
        Long since = since(words);
        if (since == null) {
            usage(err, name, "one of " + PUBLISHERS + " and a time, such as 2026-11-27T20:00:00Z, or an event's id", words);
            return null;
        }
        return new Published(contexts, since);
    }

    /**
     * Parses a time or an event's id, which contains its time (UUID version 7), to milliseconds since 1970; zero without a word, null if it
     * is neither.
     */
    private static Long since(List<String> words) {
        try {
            if (words.size() != 1) {
                return words.isEmpty() ? 0L : null;
            }
            if (words.get(0).length() != 36) {
                long since = Instant.parse(words.get(0)).toEpochMilli();
                return since < 0 ? null : since;
            }
            UUID id = UUID.fromString(words.get(0));
            return id.version() == 7 ? id.getMostSignificantBits() >>> 16 : null;
        } catch (IllegalArgumentException | DateTimeParseException e) {
            return null;
        }
    }

    /** Runs work with the properties, in which {@code --name=value} arguments come first; returns the exit code of the work or of {@link Stop}. */
    static int run(Function<PropertyResolver, Integer> work, PrintStream err, String... arguments) {
        try {
            return withProperties(List.of(), work, arguments);
        } catch (Stop e) {
            err.println("phone82: " + e.getMessage());
            return e.exitCode;
        } catch (WrongSettings e) {
            err.println("phone82: " + e.getMessage());
            return 2;
        }
    }

    /**
     * Returns the result of work with the properties.
     *
     * @param contexts whose own properties are read, too
     * @throws WrongSettings a property is wrong
     */
    static <T> T withProperties(List<String> contexts, Function<PropertyResolver, T> work, String... arguments) {
        String[] options = Arrays.stream(arguments).filter(argument -> argument.startsWith("-")).toArray(String[]::new);
        try (ConfigurableApplicationContext application = new SpringApplicationBuilder(Properties.class)
                .web(WebApplicationType.NONE).registerShutdownHook(false).profiles(contexts.toArray(String[]::new))
                .properties(Map.of(Settings.ARGUMENTS, options))
                .run(options)) {
            Tls.trust(application.getEnvironment().getRequiredProperty(Tls.AUTHORITIES));
            return work.apply(application.getEnvironment());
        }
    }

    /** Waits a moment before the next request. */
    static void pause() {
        pause(PAUSE);
    }

    static void pause(Duration time) {
        new CompletableFuture<Void>().completeOnTimeout(null, time.toMillis(), TimeUnit.MILLISECONDS).join();
    }

    /** @throws Stop if the operator's key is missing or wrong */
    String token(String context) {
        try {
            return IdentityConfiguration.knownMinter(OPERATOR, properties).orElseThrow(() -> new Stop(2, "the operator's key is not in "
                    + IdentityConfiguration.folder(properties) + "; set phone82.data to the data folder of the contexts, or phone82.identity.key to the key."))
                    .token(context);
        } catch (IllegalArgumentException e) {
            throw new Stop(2, e.getMessage() + ".");
        }
    }

    JsonNode ask(String method, String context, String path) {
        return ask(method, context, path, null);
    }

    /**
     * @param body sent as JSON; null for none
     * @throws Stop if the context does not answer 200 or 204
     */
    JsonNode ask(String method, String context, String path, Object body) {
        String property = "phone82.gateway." + context + "-url";
        return ask(http, method, context, properties.getRequiredProperty(property), path, "Bearer " + token(context), body, "start it, or set " + property + " to its address");
    }

    /**
     * Returns the pages of a list; each is requested when the one before has been processed.
     *
     * @param path  with a query
     * @param first appended for the first page
     */
    Iterable<JsonNode> pages(String method, String context, String path, String first) {
        return () -> Stream.iterate(ask(method, context, path + first), Objects::nonNull,
                page -> page.hasNonNull("next") ? ask(method, context, path + "&after=" + page.get("next").asText()) : null).iterator();
    }

    /**
     * @param name   of the process in messages
     * @param remedy what to do if it does not answer
     * @throws Stop if it does not answer 200 or 204
     */
    static JsonNode ask(HttpClient http, String method, String name, String url, String path, String authorization, Object body, String remedy) {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path)).timeout(TIMEOUT).header("Authorization", authorization);
            if (body == null) {
                request.method(method, HttpRequest.BodyPublishers.noBody());
            } else {
                request.header("Content-Type", "application/json").method(method, HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)));
            }
            HttpResponse<byte[]> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            JsonNode json = Json.read(answer.body());
            if (answer.statusCode() == 200 || answer.statusCode() == 204) {
                return json;
            }
            throw new Stop(REFUSED.contains(answer.statusCode()) ? 1 : 2, name + ": " + json.path("detail").asText("the answer is " + answer.statusCode() + "; look at its log.")
                    + (answer.statusCode() == 401 ? " Set phone82.data to the data folder of the contexts, or phone82.identity.key to the operator's key." : ""),
                    answer.statusCode());
        } catch (IOException | IllegalArgumentException e) {
            throw new Stop(2, name + " does not answer at " + url + " (" + ContextApi.reason(e) + "); " + remedy + ".");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Stop(2, name + ": interrupted.");
        }
    }
}
