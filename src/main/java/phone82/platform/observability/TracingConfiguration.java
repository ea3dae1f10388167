package phone82.platform.observability;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import org.apache.camel.opentelemetry2.OpenTelemetryTracer;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import phone82.platform.camel.BeforeStart;

/** Exports the spans of a context to an OpenTelemetry collector, if one is configured. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("!'${otel.exporter.otlp.endpoint:}'.isEmpty()")
public class TracingConfiguration {

    /** Only calls that enter or leave a context are spans. Sending an event is not a span: the event keeps the trace in which it was added. */
    private static final String NO_SPANS = "direct:*,seda:*,timer:*,jpa:*,jms:topic:*";

    @Bean
    SdkTracerProvider tracerProvider(@Value("${otel.exporter.otlp.endpoint}") String endpoint, @Value("${phone82.tracing.sampled}") double sampled,
                                     @Value("${phone82.context}") String context) {
        return SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(Attributes.of(
                        AttributeKey.stringKey("service.name"), context, AttributeKey.stringKey("service.namespace"), "phone82"))))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(sampled)))
                .addSpanProcessor(BatchSpanProcessor.builder(
                        OtlpHttpSpanExporter.builder().setEndpoint(endpoint.replaceAll("/$", "") + "/v1/traces").build()).build())
                .build();
    }

    @Bean
    Tracer tracer(SdkTracerProvider provider) {
        return provider.get("phone82");
    }

    @Bean
    ContextPropagators propagators() {
        return ContextPropagators.create(W3CTraceContextPropagator.getInstance());
    }

    @Bean
    BeforeStart tracing() {
        return camel -> {
            OpenTelemetryTracer tracer = new OpenTelemetryTracer();
            tracer.setExcludePatterns(NO_SPANS);
            tracer.setCamelContext(camel);
            tracer.init(camel);
        };
    }
}
