package phone82.platform.http;

import io.vertx.ext.web.RoutingContext;
import phone82.platform.api.Problem;

/** Admits requests to operations of an API contract from callers that the operation allows, before the body is read. */
public final class ContractGate {

    private final Contract contract;
    private final Access access;
    private final Authentication authentication;

    /** @param authentication identifies users; null if no operation is for users */
    public ContractGate(Contract contract, Access access, Authentication authentication) {
        this.contract = contract;
        this.access = access;
        this.authentication = authentication;
    }

    boolean covers(String path) {
        return contract.covers(path);
    }

    /**
     * @return the context that sends the request; null if the operation is public or for users
     * @throws Problem 401, 403, 404, 405
     */
    public String admit(RoutingContext request) {
        Contract.Operation operation = contract.admit(request.request().method().name(), request.normalizedPath());
        request.put(HttpServer.OPERATION, operation.id);
        RequestAudit.target(request, operation.target(request.normalizedPath()));
        if (operation.isAudited()) {
            RequestAudit.action(request, operation.id);
        }
        if (operation.isForUsers()) {
            authentication.caller(operation.roles, request);
        }
        return operation.isPublic() || operation.isForUsers() ? null : access.check(operation.roles, request);
    }
}
