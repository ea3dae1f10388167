package phone82.coordinator;

import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import phone82.platform.Json;

import java.security.MessageDigest;
import java.util.Map;
import java.util.Objects;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Whoever can end an LRA decides about money: a request must bring the coordinator's key. */
@Priority(Priorities.AUTHENTICATION)
public class KeyRequired implements ContainerRequestFilter {

    private static final String REFUSAL = Json.text(Map.of("title", "Not known", "status", 401,
            "detail", "The request does not bring the coordinator's key; send the header Authorization: Bearer <phone82.coordinator.key>."));

    private final byte[] authorization;

    public KeyRequired(String key) {
        authorization = ("Bearer " + key).getBytes(UTF_8);
    }

    @Override
    public void filter(ContainerRequestContext request) {
        String given = Objects.toString(request.getHeaderString(HttpHeaders.AUTHORIZATION), "");
        if (!MessageDigest.isEqual(authorization, given.getBytes(UTF_8))) {
            request.abortWith(Response.status(401).header(HttpHeaders.WWW_AUTHENTICATE, "Bearer").type("application/problem+json").entity(REFUSAL).build());
        }
    }
}
