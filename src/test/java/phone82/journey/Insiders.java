package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.jwk.ECKey;
import phone82.Context;
import phone82.OpenApi;
import phone82.platform.identity.KeyFolder;
import phone82.platform.identity.TokenMinter;
import phone82.platform.identity.TokenVerifier;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The contexts and the operator as callers: each request gets a token of a caller that the contract permits. */
public final class Insiders {

    private static final Map<Context, JsonNode> PATHS = new ConcurrentHashMap<>();

    private final KeyFolder keys;
    private final Map<String, TokenMinter> minters = new HashMap<>();

    /** @param data the data folder of the contexts */
    public Insiders(Path data) {
        keys = new KeyFolder(data.resolve("identity"));
    }

    /** The private key of a context, or of the operator. */
    ECKey key(String sender) {
        return keys.require(sender);
    }

    /** A token of a context or of the operator, for another context. */
    public synchronized String token(String sender, Context audience) {
        return minters.computeIfAbsent(sender, name -> new TokenMinter(name, keys.require(name))).token(audience.id());
    }

    /** The caller whose token a request to a context carries. */
    public String sender(Context audience, String authorization) {
        return new TokenVerifier(audience.id(), keys).sender(authorization).issuer();
    }

    /** The Authorization header that a request to a context needs; empty if the operation is public. */
    Optional<String> authorization(Context context, String method, String path) {
        return sender(context, method, path).map(sender -> "Bearer " + token(sender, context));
    }

    private static Optional<String> sender(Context context, String method, String path) {
        JsonNode paths = PATHS.computeIfAbsent(context, Insiders::paths);
        return paths.propertyStream()
                .filter(template -> path.matches(template.getKey().replaceAll("\\{[^}]+}", "[^/]+")))
                .map(template -> template.getValue().path(method.toLowerCase(Locale.ROOT)).path("security").path(0))
                .filter(requirement -> requirement.size() == 1).map(requirement -> requirement.fieldNames().next())
                .filter(scheme -> scheme.startsWith("service-")).map(scheme -> scheme.substring("service-".length())).findFirst();
    }

    private static JsonNode paths(Context context) {
        ObjectNode paths = OpenApi.callbacks().get("paths").deepCopy();
        return OpenApi.exists(context.id()) ? paths.setAll((ObjectNode) OpenApi.document(context.id()).get("paths")) : paths;
    }
}
