package phone82.coordinator;

import jakarta.annotation.Priority;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;

import java.util.ArrayList;

/** The JDK's server gives header values that cannot be changed; the coordinator's filter changes them. */
@Priority(0)
public class ModifiableHeaders implements ContainerRequestFilter {

    @Override
    public void filter(ContainerRequestContext request) {
        request.getHeaders().replaceAll((name, values) -> new ArrayList<>(values));
    }
}
