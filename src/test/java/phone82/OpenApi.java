package phone82;

import com.fasterxml.jackson.databind.JsonNode;
import org.springframework.core.io.FileSystemResource;
import phone82.platform.http.Contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The API contracts in {@code routes/}, those of contexts with what they share. */
public final class OpenApi {

    private static final Map<String, Contract> CONTRACTS = new ConcurrentHashMap<>();

    private OpenApi() {
    }

    /** Whether a context has a contract. */
    public static boolean exists(String context) {
        return file(context, context).exists();
    }

    public static Contract contract(String context) {
        return CONTRACTS.computeIfAbsent(context, id -> read(id, file(id, id)));
    }

    public static JsonNode document(String context) {
        return contract(context).document();
    }

    /** What the coordinator asks the participants of a cancellation. */
    public static JsonNode callbacks() {
        return CONTRACTS.computeIfAbsent("callbacks", id -> read(id, file("shared", id))).document();
    }

    private static FileSystemResource file(String folder, String name) {
        return new FileSystemResource("routes/" + folder + "/" + name + ".openapi.yaml");
    }

    private static Contract read(String context, FileSystemResource file) {
        try {
            return Contract.of(context, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
