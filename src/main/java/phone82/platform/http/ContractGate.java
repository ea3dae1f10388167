package phone82.platform.http;

import io.vertx.ext.web.RoutingContext;
import phone82.platform.api.Problem;

/** Admits requests to operations of an API contract from callers that the operation allows, before the body is read. */
public final class ContractGate {

    private final Contract contract;
    private final Access access;

    public ContractGate(Contract contract, Access access) {
        this.contract = contract;
        this.access = access;
    }

    boolean covers(String path) {
        return contract.covers(path);
    }

    /**
     * @return the context that sends the request; null if the operation is public or for users, whom {@link Authentication} checks
     * @throws Problem 401, 403, 404, 405
     */
    public String admit(RoutingContext request) {
        Contract.Operation operation = contract.admit(request.request().method().name(), request.normalizedPath());
        request.put(HttpServer.OPERATION, operation.id);
        return operation.isPublic() || operation.isForUsers() ? null : access.check(operation.roles(), request.request().getHeader("Authorization"));
    }
}
