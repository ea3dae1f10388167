package phone82.operations;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import phone82.journey.RawHttp;
import phone82.journey.RawHttp.Answer;
import phone82.platform.audit.Audit;
import phone82.platform.audit.Audit.Query;
import phone82.platform.health.Check;

import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The operator's port of a process without any contexts. */
final class OperatorsPort implements AutoCloseable {

    private final ConfigurableApplicationContext application;

    OperatorsPort(List<String> contexts, String... options) {
        application = new SpringApplicationBuilder(OperationsContext.class).web(WebApplicationType.NONE).profiles("operations")
                .properties("phone82.context=operations", "management.server.port=0").registerShutdownHook(false).run(options);
        operations().expect(contexts);
        contexts.forEach(context -> operations().add(context, List.of(Check.readiness("routes", Map::of)), List.of()));
    }

    <T> T bean(Class<T> type) {
        return application.getBean(type);
    }

    Operations operations() {
        return bean(Operations.class);
    }

    RawHttp raw() {
        return new RawHttp(operations().address().getPort());
    }

    /** @param headers with {@code Host} */
    Answer get(String path, String... headers) {
        return raw().once("GET " + path + " HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\nConnection: close\r\n\r\n");
    }

    Answer post(String path, String body, String... headers) {
        return raw().once("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n"
                + String.join("\r\n", headers) + "\r\n\r\n" + body);
    }

    /** The header of a login. */
    static String authorization(String scheme, String user, String password) {
        return "Authorization: " + scheme + " " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8));
    }

    /** The audit, one line for each entry: who did what to which object, and the result. */
    List<String> audited() throws IOException {
        return bean(Audit.class).read(new Query(null, null, null, null, 100)).stream()
                .map(entry -> entry.subject() + " " + entry.action() + " " + entry.target() + " " + entry.result()).toList();
    }

    @Override
    public void close() {
        application.close();
    }
}
