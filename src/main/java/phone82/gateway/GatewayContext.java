package phone82.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import phone82.gateway.issuer.EmbeddedIssuer;
import phone82.gateway.login.LoginEndpoint;
import phone82.gateway.login.LoginSettings;
import phone82.gateway.login.NoLogin;
import phone82.platform.context.RouteFinder;
import phone82.platform.context.RouteReload;
import phone82.platform.health.HealthConfiguration;
import phone82.platform.http.Contract;
import phone82.platform.http.Endpoint;
import phone82.platform.http.HttpConfiguration;
import phone82.platform.http.HttpLimits;
import phone82.platform.http.HttpServer;
import phone82.platform.http.WarmUp;
import phone82.platform.http.WarmUp.Rehearsal;
import phone82.platform.identity.Login;
import phone82.platform.identity.TokenMinter;
import phone82.platform.observability.ManagementConfiguration;
import phone82.platform.observability.MetricsConfiguration;
import phone82.platform.observability.TracingConfiguration;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The context {@code gateway}: the only public entry. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({RouteFinder.class, RouteReload.class, ManagementConfiguration.class, MetricsConfiguration.class, TracingConfiguration.class,
        HealthConfiguration.class, HttpConfiguration.class})
public class GatewayContext {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayContext.class);

    @Bean
    Rehearsal rehearsedRequest(@Value("${phone82.local-scheme}://${phone82.local-host}:${phone82.gateway.port}") String url) {
        return WarmUp.refusedPost(url + "/orders", null);
    }

    /** From the start, so that the first failures of a new process are an increase. */
    @Bean
    MeterBinder outcomeMetrics() {
        return metrics -> List.of("201", "500", "503").forEach(status -> HttpServer.timer(metrics, "POST", "/orders", status));
    }

    private static final List<String> PUBLIC_CONTEXTS = List.of("app", "pay", "store", "customer");

    @Bean
    UpstreamFailures upstreamFailures() {
        return new UpstreamFailures();
    }

    @Bean
    HttpMethodConverter httpMethodConverter() {
        return new HttpMethodConverter();
    }

    /** Absent if the rate is 0. */
    @Bean
    @ConditionalOnExpression("${phone82.gateway.rate} > 0")
    RateLimit rateLimit(@Value("${phone82.gateway.rate}") int rate) {
        return new RateLimit(rate, TimeMeter.SYSTEM_NANOTIME);
    }

    /** Absent without an address to probe. */
    @Bean
    @ConditionalOnExpression("!'${phone82.probe.url}'.isEmpty()")
    Probe probe(@Value("${phone82.probe.url}") String url, @Value("${phone82.probe.every}") Duration every, @Value("${phone82.probe.item}") String item,
                @Value("${phone82.probe.step-timeout}") long stepTimeout, MeterRegistry metrics) {
        Probe probe = new Probe(item, Duration.ofMillis(stepTimeout), metrics);
        LOG.info("Probes {} every {} s with orders for {} as {}", url, every.toSeconds(), item, probe.subject());
        return probe;
    }

    @Bean
    StreamProxy historyStream(@Value("${phone82.gateway.customer-url}") String customer,
                              @Value("${phone82.gateway.reader-patience}") Duration patience,
                              @Value("${phone82.gateway.streams-per-client}") int streamsPerClient,
                              @Value("${phone82.gateway.streams-per-user}") int streamsPerUser, HttpLimits limits) {
        return new StreamProxy("/history/stream", customer, patience, streamsPerClient, streamsPerUser, Math.max(1, limits.connections() / 2));
    }

    /** The first endpoint, so that no other one sees a request that is not authenticated. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    Endpoint login(Environment environment, ObjectProvider<TokenMinter> minter, PublicApi api,
                   @Value("${phone82.identity.port}") int issuerPort, @Value("${phone82.identity.guests}") boolean guests,
                   @Value("${phone82.gateway.guest-rate}") int guestRate, @Value("${phone82.gateway.guest-orders}") int guestOrders,
                   @Value("${phone82.gateway.login-rate}") int loginRate) {
        Login login = Login.of(environment::getProperty);
        if (login == Login.NONE) {
            return new NoLogin();
        }
        LoginSettings settings = Binder.get(environment).bind("phone82.identity", LoginSettings.class).get();
        return new LoginEndpoint(login == Login.EMBEDDED ? settings.with(EmbeddedIssuer.url(issuerPort)) : settings, minter.getObject(), api.contexts(),
                guests ? new RateLimit(guestRate, TimeMeter.SYSTEM_NANOTIME) : null, guests ? RateLimit.ofGuestOrders(guestOrders, TimeMeter.SYSTEM_NANOTIME) : null,
                new RateLimit(loginRate, TimeMeter.SYSTEM_NANOTIME));
    }

    /** Has browsers use TLS only. Absent if the public URL has none, or is localhost, whose other ports may have none. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE + 1)
    @ConditionalOnExpression("'${phone82.identity.public-url}'.matches('https://(?!localhost(:|$)).*')")
    Endpoint strictTransportSecurity() {
        return (vertx, router) -> router.route().handler(context -> {
            context.response().putHeader("Strict-Transport-Security", "max-age=31536000");
            context.next();
        });
    }

    @Bean
    @ConditionalOnProperty(name = Login.EMBEDDED_PROPERTY, havingValue = "embedded")
    EmbeddedIssuer embeddedIssuer(Environment environment, @Value("${phone82.identity.port}") int port) {
        LoginSettings settings = Binder.get(environment).bind("phone82.identity", LoginSettings.class).get();
        return new EmbeddedIssuer(port, settings.publicUrl(), settings.clientId(), settings.audience());
    }

    @Bean
    Pages pages(Environment environment, PublicApi api) {
        return new Pages(PUBLIC_CONTEXTS.stream().collect(Collectors.toMap(context -> context,
                context -> environment.getRequiredProperty("phone82.gateway." + context + "-url"))), api.sections());
    }

    @Bean
    PublicApi publicApi(ResourceLoader resources, @Value("${phone82.routes}") String routes) throws IOException {
        Map<String, JsonNode> contracts = new LinkedHashMap<>();
        for (String context : PUBLIC_CONTEXTS) {
            contracts.put(context, Contract.of(context, resources.getResource(routes + "/" + context + "/" + context + ".openapi.yaml")).document());
        }
        return new PublicApi(contracts);
    }
}
