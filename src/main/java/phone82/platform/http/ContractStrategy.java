package phone82.platform.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.apache.camel.component.rest.openapi.DefaultRestOpenapiProcessorStrategy;
import org.apache.camel.support.processor.RestBindingAdvice;
import phone82.platform.api.Csv;
import phone82.platform.api.Json;
import phone82.platform.api.Page;
import phone82.platform.api.Problem;
import phone82.platform.api.Problem.Fault;
import phone82.platform.identity.Caller;
import phone82.platform.observability.Correlation;

import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Wraps each operation of the REST DSL: first the caller is determined, the request is validated against the API contract and its
 * parameters are typed; afterwards the result is written as JSON, or as CSV if the contract offers it and the client prefers it.
 */
class ContractStrategy extends DefaultRestOpenapiProcessorStrategy {

    private final Contract contract;
    private final Authentication authentication;

    ContractStrategy(Contract contract, Authentication authentication) {
        this.contract = contract;
        this.authentication = authentication;
    }

    @Override
    public boolean process(OpenAPI openAPI, Operation operation, String verb, String path, RestBindingAdvice binding,
                           Exchange exchange, AsyncCallback callback) {
        Contract.Operation requested = contract.operation(operation.getOperationId());
        HttpServerRequest request = ((HttpMessage) exchange.getMessage()).getRequest();
        if (request.response().closed()) {
            // the client has given up while the request waited for a worker; it can be recorded as answered before it is as closed, but not as a success
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, HttpResponseStatus.REQUEST_TIMEOUT.code());
            exchange.setRouteStop(true);
            callback.done(true);
            return true;
        }
        try {
            read(requested, exchange);
        } catch (RuntimeException e) {
            Problems.write(exchange, e);
            exchange.setRouteStop(true);
            Correlation.end();
            callback.done(true);
            return true;
        }
        return super.process(openAPI, operation, verb, path, binding, exchange, doneSync -> {
            write(requested, request, exchange);
            Correlation.end();
            callback.done(doneSync);
        });
    }

    private void read(Contract.Operation operation, Exchange exchange) {
        Message message = exchange.getMessage();
        HttpServerRequest request = ((HttpMessage) message).getRequest();
        String trace = Correlation.begin(message.getHeader(Correlation.TRACEPARENT, String.class));
        message.setHeader(Correlation.TRACEPARENT, trace);
        request.headers().set(Correlation.TRACEPARENT, trace);
        if (operation.isForUsers()) {
            exchange.setVariable(Caller.VARIABLE, authentication.caller(operation.roles, request));
        }
        List<Fault> faults = new ArrayList<>();
        Map<String, List<String>> query = query(message.getHeader(Exchange.HTTP_RAW_QUERY, String.class));
        for (Contract.Parameter parameter : operation.parameters) {
            String text = switch (parameter.in) {
                case "query" -> query.containsKey(parameter.name) ? last(query.get(parameter.name)) : null;
                case "header" -> request.getHeader(parameter.name);
                default -> message.getHeader(parameter.name, String.class);
            };
            message.setHeader(parameter.name, parameter.value(text, faults));
            if (text != null && "path".equals(parameter.in)) {
                Correlation.about(text);
            }
        }
        if (!faults.isEmpty()) {
            throw Contract.invalid(faults);
        }
        JsonNode body = operation.takesBody()
                ? operation.body(message.getBody(byte[].class), message.getHeader(Exchange.CONTENT_TYPE, String.class), isHttpie(message))
                : null;
        message.setBody(body);
        message.removeHeader(Exchange.CONTENT_TYPE);
    }

    /** Whether HTTPie sent the request: its {@code qty=1} sends the text "1". */
    private static boolean isHttpie(Message message) {
        String agent = message.getHeader("User-Agent", String.class);
        return agent != null && agent.startsWith("HTTPie/");
    }

    private static void writeCsv(Contract.Operation operation, HttpServerRequest request, Page<?> page, Message message) {
        message.setHeader(Exchange.CONTENT_TYPE, Csv.MEDIA_TYPE + "; charset=utf-8; header=present");
        if (page.next() != null) {
            message.setHeader("Link", "<" + request.path() + "?" + nextQuery(operation, request, page.next()) + ">; rel=\"next\"");
        }
        message.setBody(Buffer.buffer(Csv.of(operation.csvColumns, page.items())));
    }

    /** The parameters of this request for the page after it. */
    private static String nextQuery(Contract.Operation operation, HttpServerRequest request, String next) {
        Map<String, List<String>> query = query(request.query());
        return operation.parameters.stream().map(parameter -> parameter.name).filter(name -> name.equals("after") || query.containsKey(name))
                .map(name -> name + "=" + URLEncoder.encode(name.equals("after") ? next : last(query.get(name)), UTF_8)).collect(Collectors.joining("&"));
    }

    private static String last(List<String> values) {
        return values.get(values.size() - 1);
    }

    private static Map<String, List<String>> query(String raw) {
        try {
            return raw == null ? Map.of() : QueryStringDecoder.builder()
                    .hasPath(false).semicolonIsNormalChar(Contract.SEMICOLON_IS_DATA).build(raw).parameters();
        } catch (IllegalArgumentException e) {
            throw new Problem(400, "Invalid request", "The query string is not properly encoded.");
        }
    }

    private static void write(Contract.Operation operation, HttpServerRequest request, Exchange exchange) {
        Message message = exchange.getMessage();
        if (exchange.getException() != null) {
            Exception unhandled = exchange.getException();
            exchange.setException(null);
            Problems.write(exchange, unhandled);
            return;
        }
        Object body = message.getBody();
        if (body instanceof Page<?> page && !operation.csvColumns.isEmpty()) {
            message.setHeader("Vary", "Accept");
            if (ListHeader.prefers(request.headers().getAll(HttpHeaders.ACCEPT), Csv.MEDIA_TYPE, "application/json")) {
                writeCsv(operation, request, page, message);
                return;
            }
        }
        if (body != null && !"".equals(body) && !(body instanceof Buffer)) {
            message.setHeader(Exchange.CONTENT_TYPE, "application/json");
            // anything but a buffer would be sent as a stream, in chunks passed between threads
            message.setBody(Buffer.buffer(Json.bytes(body)));
        }
    }
}
