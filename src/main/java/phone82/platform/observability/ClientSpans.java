package phone82.platform.observability;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;

import java.io.IOException;

/** Makes a span of each call of an HTTP client that is no endpoint of Camel, whose tracer does not see it. */
public final class ClientSpans {

    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> URL = AttributeKey.stringKey("url.full");

    private final Tracer tracer;

    /** @param tracer if it makes no spans, calls continue the current trace all the same */
    public ClientSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    /** A call that sends the header {@code traceparent}. */
    @FunctionalInterface
    public interface Call<T> {
        T send(String traceparent) throws IOException;
    }

    /**
     * Makes a call in the {@link Correlation#current() current} trace.
     *
     * @throws IOException of the call
     */
    public <T> T during(String method, String url, Call<T> call) throws IOException {
        Span span = tracer.spanBuilder(method).setParent(Context.root().with(Span.wrap(read(Correlation.current()))))
                .setSpanKind(SpanKind.CLIENT).setAttribute(METHOD, method).setAttribute(URL, url).startSpan();
        try {
            return call.send(write(span.getSpanContext()));
        } catch (IOException | RuntimeException e) {
            span.setStatus(StatusCode.ERROR, e.toString());
            throw e;
        } finally {
            span.end();
        }
    }

    private static SpanContext read(String traceparent) {
        return SpanContext.createFromRemoteParent(Correlation.id(traceparent), traceparent.substring(36, 52), TraceFlags.fromHex(traceparent, 53),
                TraceState.getDefault());
    }

    private static String write(SpanContext span) {
        return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-" + span.getTraceFlags().asHex();
    }
}
