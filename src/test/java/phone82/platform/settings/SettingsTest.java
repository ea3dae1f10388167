package phone82.platform.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.DefaultPropertiesPropertySource;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.springframework.core.env.StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;

/** Wrong settings are reported before anything starts, each on one line with its place, its fault and the permitted values. */
class SettingsTest {

    private static final String SECRET = "hunter2";

    /** Settings, as arguments or environment variables, and the beginning and end of the message about them. */
    private static final String WRONG = """
            --phone82.gateway.rate=fast | phone82.gateway.rate=fast (command line) is not a whole number; allowed: a whole number from 0 to 1000000.
            --phone82.gateway.rate=-1 | phone82.gateway.rate=-1 (command line) is too small; allowed: a whole number from 0
            --phone82.gateway.rate=2.5 | is not a whole number
            --phone82.gateway.rate=1000001 | is too large
            --phone82.gateway.rate=99999999999999999999 | is not a whole number
            --phone82.gateway.rate=٢٠ | phone82.gateway.rate=٢٠ (command line) is not a whole number
            --phone82.gateway.rate=0x10 | is not a whole number
            --phone82.gateway.rate= | phone82.gateway.rate (command line) is empty; allowed: a whole number
            --phone82.gateway.rate | phone82.gateway.rate (command line) has no value; write --phone82.gateway.rate=<value>.
            --phone82.gateway.streams-per-client=0 | is too small
            --phone82.gateway.at-once=many | is not a whole number
            --phone82.gateway.connect-timeout=200ms | is not a whole number; allowed: a whole number from 1 to 600000.
            --phone82.gateway.response-timeout=0 | is too small
            --phone82.gateway.connectTimeout=soon | phone82.gateway.connect-timeout=soon (command line) is not a whole number
            --phone82.gateway.reader-patience=15 | phone82.gateway.reader-patience=15 (command line) has no unit; allowed: a time from 1s to 1h, with its unit: ms, s, m, h or d.
            --phone82.gateway.reader-patience=2h | is too large
            --phone82.store.dispatch-delay=ten | phone82.store.dispatch-delay=ten (command line) is not a time; allowed: a time from 0s to 365d
            --phone82.store.dispatch-delay=-5s | phone82.store.dispatch-delay=-5s (command line) is too small
            --phone82.store.dispatch-delay=10 | has no unit
            --phone82.store.dispatch-delay=5us | is not a time
            --phone82.store.dispatch-delay=1h30m | is not a time
            --phone82.store.dispatch-delay=999999d | is too large
            --phone82.store.dispatch-delay=PT-5S | is too small
            --phone82.store.dispatch-delay=5s --phone82.store.dispatch-delay=7s | phone82.store.dispatch-delay (command line) is given 2 times; give it once.
            --phone82.app.port=8081 --phone82.app.port=8081 | phone82.app.port (command line) is given 2 times
            --phone82.http.idle-seconds=1m | phone82.http.idle-seconds=1m (command line) is not a whole number; allowed: a whole number from 1 to 86400.
            --phone82.http.workers=0 | is too small
            --phone82.http.connections=-1 | is too small
            --phone82.http.body-bytes=64KB | is not a whole number
            --phone82.http.event-loops=1000 | is too large
            --phone82.http.keep-alive=forever | is not a time
            --phone82.http.headers=content-type,,accept | has nothing between two commas
            --phone82.http.headers=a:b | is not the name of a header
            --phone82.http.pulse=pulse | is not a path
            --phone82.app.port=http | phone82.app.port=http (command line) is not a whole number; allowed: a whole number from 0 to 65535.
            --phone82.app.port=65536 | is too large
            --phone82.app.port=-1 | is too small
            --management.server.port=any | management.server.port=any (command line) is not a whole number
            --phone82.pay.port= | phone82.pay.port (command line) is empty
            --management.server.address=nosuchhost.invalid | is not an address of this machine
            --phone82.port-offset=-100 | is too small
            --phone82.port-offset=5000 | phone82.broker.port=61616 and phone82.port-offset=5000 make 66616, which is not a port; allowed: up to 65535.
            --phone82.bind=nosuchhost.invalid | phone82.bind=nosuchhost.invalid (command line) is not an address of this machine; allowed: an address of this machine
            --phone82.bind=192.0.2.1 | is not an address of this machine
            --phone82.bind=2001:db8::1 | is not an address of this machine
            --phone82.bind=1:2:3 | is not an address of this machine
            --phone82.bind=127.0.0.1:8080 | is not an address
            --phone82.bind= | phone82.bind (command line) is empty
            --phone82.data= | phone82.data (command line) is empty; allowed: a folder
            --phone82.data=a;b | phone82.data=a;b (command line) has a semicolon in it; allowed: a folder; its name may have no semicolon.
            --phone82.data=a${x}b | phone82.data=a${x}b (command line) refers to another property that is not set
            --phone82.data=a#{1+1}b | contains an expression, which is not evaluated
            --phone82.data=pom.xml | phone82.data=pom.xml (command line) is a file
            --phone82.data.reserve=lots | is not a size; allowed: a size from 0B to 1TB, such as 64MB.
            --phone82.data.reserve=-1MB | is too small
            --phone82.data.reserve=64mb | is not a size
            --phone82.broker.url=localhost | phone82.broker.url=localhost (command line) is not the URL of a broker; allowed: tcp://<host>:<port>, or (tcp://
            --phone82.broker.url=tcp://localhost | is not the URL of a broker
            --phone82.broker.url=tcp://localhost:99999 | is not the URL of a broker
            --phone82.broker.url=tcp://a:1,tcp://b:2 | is not the URL of a broker
            --phone82.broker.url=(tcp://a:1,tcp://b)?ha=true | is not the URL of a broker
            --phone82.broker.url=tcp://::1:61616 | is not the URL of a broker
            --phone82.broker.wait=-1s | is too small
            --phone82.broker.wait=a_minute | is not a time
            --phone82.database.wait=30 | has no unit
            --phone82.app.database.url=postgresql://localhost/app | phone82.app.database.url=postgresql://localhost/app (command line) is not the URL of a supported database
            --phone82.app.database.url=jdbc:mysql://u:hunter2@localhost/app?password=hunter2 | phone82.app.database.url=jdbc:mysql://***@localhost/app?password=***
            --phone82.pay.database.url=jdbc:hsqldb:mem:pay | phone82.pay.database.url=jdbc:hsqldb:mem:pay (command line) is not the URL of a supported database; allowed: jdbc:postgresql://<host>
            --phone82.pay.database.url=jdbc:hsqldb:file:/var/pay/db | is not the URL of a supported database
            --phone82.pay.database.url=jdbc:hsqldb:res:pay | is not the URL of a supported database
            --phone82.pay.database.url=jdbc:hsqldb:pay | is not the URL of a supported database
            --phone82.pay.database.url=jdbc:hsqldb:http://localhost/pay | is not the URL of a supported database
            --phone82.identity.issuer=http://login.example.com/realms/phone82 | phone82.identity.issuer=http://login.example.com/realms/phone82 (command line) has no TLS; allowed: https://<host>
            --phone82.identity.issuer=http://127.0.0.1.example.com | has no TLS
            --phone82.identity.issuer=http://10.0.0.1:8080 | has no TLS
            --phone82.identity.issuer=http://my_login | has no TLS
            --phone82.identity.issuer=https://login.example.com?realm=1 | is not a URL without query
            --phone82.identity.public-url=https://shop.example.com/ | phone82.identity.public-url=https://shop.example.com/ (command line) is not a URL without a path; allowed: https://<host>[:<port>] without a slash
            --phone82.identity.public-url=https://shop.example.com/phones | is not a URL without a path
            --phone82.identity.public-url=http://shop.example.com | has no TLS
            --phone82.identity.public-url=shop.example.com | is not a URL
            --phone82.identity.public-url= | phone82.identity.public-url (command line) is empty
            --phone82.identity.client-id=the shop | has other characters, or too many; allowed: 1 to 255 printable characters of ASCII, without spaces.
            --phone82.identity.roles-claim= | phone82.identity.roles-claim (command line) is empty
            --phone82.identity.session-keys=hunter2 | phone82.identity.session-keys=*** (command line) has a key of another form; allowed: keys of 43 characters in base64url, with commas between.
            --phone82.identity.session-keys=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,hunter2 | has a key of another form
            --phone82.identity.session-keys=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, | has a key of another form
            --phone82.identity.session-keys=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA | has a key of another form
            --phone82.app.pay-url=pay:8080 | phone82.app.pay-url=pay:8080 (command line) is not a URL; allowed: http(s)://<host>[:<port>].
            --phone82.app.pay-url=http://pay:eight | is not a URL
            --phone82.app.pay-url=http://pay:8080/ | is not a URL
            --phone82.app.pay-url=http://::1:8082 | is not a URL
            --phone82.app.pay-url=http://[::1:8082 | is not a URL
            --phone82.app.pay-url=http://my_pay:8080 | is not a URL
            --phone82.app.pay-url=http://pay:70000 | is not a URL
            --phone82.app.store-url=ftp://store | is not a URL
            --phone82.gateway.customer-url= | phone82.gateway.customer-url (command line) is empty
            --phone82.pay.callback-url=http://user:hunter2@pay:8082 | phone82.pay.callback-url=http://***@pay:8082 (command line) is not a URL
            --phone82.saga.coordinator-url=coordinator | is not a URL
            --phone82.saga.time-limit=0s | is too small
            --phone82.operations.peers=http://app:9090,store | phone82.operations.peers=http://app:9090,store (command line) contains store, which is not a URL
            --phone82.operations.user=a:b | is not a name
            --phone82.store.tls.certificate=pom.xml --phone82.store.tls.key=pom.xml | phone82.store.tls.certificate replaces phone82.tls.certificate for one port, and that is not set; set it and its key, too.
            PHONE82_GATEWAY_TLS_CERTIFICATE=pom.xml | phone82.gateway.tls.certificate replaces phone82.tls.certificate for one port
            --phone82.operations.patience=0s | is too small
            --phone82.operations.notice=5 | has no unit
            --phone82.operations.hosts=shop:8080 | is not a host name
            --phone82.gateway.hosts=shop.example.com,*shop | contains *shop, which is not a host name
            --phone82.gateway.trusted-proxies=10.0.0.0/8,router | contains router, which is neither an address nor a network
            --phone82.gateway.trusted-proxies=10.0.0.0/33 | is neither an address nor a network
            --phone82.probe.url=shop.example.com | phone82.probe.url=shop.example.com (command line) is not a URL; allowed: http(s)://<host>[:<port>], or nothing.
            --phone82.probe.url=ftp://shop.example.com | is not a URL
            --phone82.probe.url=https://shop.example.com/orders | is not a URL
            --phone82.probe.every=60 | has no unit
            --phone82.probe.every=3m | is too large
            --phone82.probe.item= | phone82.probe.item (command line) is empty
            --phone82.probe.step-timeout=0 | is too small
            PHONE82_PROBE_URL=shop | phone82.probe.url=shop (environment variable PHONE82_PROBE_URL) is not a URL
            --phone82.pay.provider-url=0 | is not a URL
            --phone82.pay.provider-limit=-2s | is too small
            --phone82.pay.poll=0s | is too small
            --phone82.pay.breaker.failure-rate=101 | is too large
            --phone82.pay.breaker.failure-rate=half | is not a number
            --phone82.pay.breaker.minimum-calls=60 | phone82.pay.breaker.minimum-calls=60 is more than phone82.pay.breaker.window=50; decrease the first or increase the second.
            --phone82.app.admission.first=1 | phone82.app.admission.least=2 is more than phone82.app.admission.first=1
            --phone82.app.payment.response-timeout=6000 | phone82.app.payment.response-timeout=6000 is more than phone82.app.bank-breaker.open=5s; decrease the first or increase the second.
            --phone82.app.admission.quick=300ms | phone82.app.admission.quick=300ms is more than phone82.app.admission.slow=200ms
            --phone82.app.breaker.window=NaN | is not a whole number
            --phone82.app.payment.response-timeout=450ms | is not a whole number
            --phone82.provider.api-key=hunter2é | phone82.provider.api-key=*** (command line) has other characters, or too many; allowed: up to 200 printable
            --phone82.provider.control-key=hunter2<nul> | phone82.provider.control-key=*** (command line) has other characters
            --phone82.pay.broker-password=hunter2<newline> | phone82.pay.broker-password=*** (command line) is too long, or of several lines
            --phone82.pay.broker-password=${hunter2} | phone82.pay.broker-password=*** (command line) refers to another property that is not set
            --phone82.catalogue.open=maybe | is neither true nor false
            --phone82.catalogue.demo-price=0 | is too small; allowed: a whole number from 1 to 1000000000.
            --phone82.catalogue.demo-price=-1 | is too small
            --phone82.catalogue.demo-price=1e6 | is not a whole number
            --phone82.catalogue.demo-price=9223372036854775807 | is not a whole number
            --phone82.catalogue.phones[0].price=5 | phone82.catalogue.phones[0] is incomplete; allowed: item, name and price of each phone.
            --phone82.catalogue.phones[0].item=a --phone82.catalogue.phones[0].name=A --phone82.catalogue.phones[0].price=0 | phone82.catalogue.phones[0].price=0 is too small
            --phone82.catalogue.phones[0].item=a --phone82.catalogue.phones[0].name= --phone82.catalogue.phones[0].price=1 | which cannot be ordered
            --phone82.catalogue.phones[1].item=a --phone82.catalogue.phones[1].name=A --phone82.catalogue.phones[1].price=1 | is not a list of phones
            --phone82.catalogue.phones[0].item=a --phone82.catalogue.phones[0].name=A --phone82.catalogue.phones[0].price=1 --phone82.catalogue.phones[0].storage=0 | phone82.catalogue.phones[0].storage=0 is too small
            --phone82.catalogue.phones[0].item=a --phone82.catalogue.phones[0].name=A --phone82.catalogue.phones[0].price=1 --phone82.catalogue.phones[0].storage=512GB | phone82.catalogue.phones[0].storage=512GB is not a whole number
            --phone82.catalogue.phones[0].item=a --phone82.catalogue.phones[0].name=A --phone82.catalogue.phones[0].price=1 --phone82.catalogue.phones[0].colour=azure | phone82.catalogue.phones[0].colour=azure is not one of them; allowed: one of black, white
            --phone82.catalogue.models[0].display=6.2 | phone82.catalogue.models[0] is incomplete
            --phone82.catalogue.models[0].model=a --phone82.catalogue.models[0].weight= | phone82.catalogue.models[0].weight= cannot be shown
            --phone82.catalogue.models[1].model=a | is not a list of models
            PHONE82_CATALOGUE_MODELS_0_HEIGHT=7 | PHONE82_CATALOGUE_MODELS_0_HEIGHT (environment variable) is unknown
            --phone82.events.attempts=0 | is too small
            --phone82.events.consumers=51 | is too large
            --phone82.events.batch-time=50 | has no unit
            --phone82.inbox.keep=0d | is too small
            --phone82.app.idempotency-keys.keep=23h | is too small; allowed: a time from 1d to 365d
            --phone82.customer.stream.readers=none | is not a whole number
            --phone82.customer.stream.heart-beat=1m | is too large
            --phone82.tracing.sampled=1.5 | is too large
            --phone82.tracing.sampled=10% | is not a number
            --otel.exporter.otlp.endpoint=collector:4318 | otel.exporter.otlp.endpoint=collector:4318 (command line) is not a URL
            --logging.structured.format.console=xml | is not one of them; allowed: one of ecs, logstash, gelf, or nothing.
            --logging.level.phone82=loud | logging.level.phone82=loud (command line) is not a log level
            --phone82.routes=routes | phone82.routes=routes (command line) is not a location of files; allowed: classpath:<folder> or file:<folder>.
            --phone82.routes=file:nowhere | is not an existing folder
            --phone82.routes=file:routes,file:more | is not a location of files
            --phone82.artemis=file:pom.xml | is not an existing folder
            --phone82.warm-up=-1 | is too small
            --phone82.reconcile.settle=soon | is not a time
            --phone82.reconcile.timelines=all | is not a whole number
            --phone82.gatway.rate=1 | phone82.gatway.rate (command line) is unknown; the nearest is phone82.gateway.rate.
            --phone82.gateway.rates=1 | the nearest is phone82.gateway.rate.
            --phone82.store.dispatch-dealy=5s | the nearest is phone82.store.dispatch-delay.
            --phone82.pay.broker-pasword=hunter2 | phone82.pay.broker-pasword (command line) is unknown; the nearest is phone82.pay.broker-password.
            --phone82.gateway.hosts[0]=shop | the nearest is phone82.gateway.hosts.
            --phone82.context=app | phone82.context (command line) is unknown
            --gateway.rate=fast | gateway.rate (command line) is unknown; the nearest is phone82.gateway.rate.
            --phon82.bind=::1 | phon82.bind (command line) is unknown; the nearest is phone82.bind.
            --server.port=8080 | server.port (command line) is unknown
            -phone82.app.port=1 | -phone82.app.port is not an option; write --<property>=<value>.
            -Dphone82.app.port=1 | -Dphone82.app.port is not an option
            PHONE82_GATEWAY_PORT=eighty | phone82.gateway.port=eighty (environment variable PHONE82_GATEWAY_PORT) is not a whole number
            PHONE82_GATEWAY_CONNECT_TIMEOUT=1s | phone82.gateway.connect-timeout=1s (environment variable PHONE82_GATEWAY_CONNECT_TIMEOUT) is not a whole number
            PHONE82_GATEWAY_APP_URL= | phone82.gateway.app-url (environment variable PHONE82_GATEWAY_APP_URL) is empty
            PHONE82_STORE_DISPATCH_DELEY=5s | PHONE82_STORE_DISPATCH_DELEY (environment variable) is unknown; the nearest is PHONE82_STORE_DISPATCH_DELAY.
            PHONE82_PROVIDER_CONTROL_KEY=hunter2<bell> | phone82.provider.control-key=*** (environment variable PHONE82_PROVIDER_CONTROL_KEY) has other characters
            OTEL_EXPORTER_OTLP_ENDPOINT=collector | otel.exporter.otlp.endpoint=collector (environment variable OTEL_EXPORTER_OTLP_ENDPOINT) is not a URL
            """;

    static Stream<Arguments> wrongSettings() {
        return WRONG.lines().map(line -> line.split(" \\| ", 2)).map(parts -> arguments(parts[0], parts[1]));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongSettings")
    void reportsAWrongSetting(String settings, String expected) {
        String message = check(settings);

        assertThat(message.lines().count()).as(message).isEqualTo(1);
        assertThat(message).contains(expected).endsWith(".").doesNotContain(SECRET).doesNotContainPattern("\\b([a-z]+\\.){2,}[A-Z]|Exception|\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--phone82.bind=::1", "--phone82.bind=[::1]", "--phone82.bind=0.0.0.0", "--phone82.bind=::", "--phone82.app.pay-url=http://[::1]:8082",
            "--phone82.app.pay-url=https://pay", "--phone82.broker.url=tcp://[::1]:61616", "--phone82.broker.url=tcp://broker:61616?connectionTtl=60000",
            "--phone82.broker.url=(tcp://a:61616,tcp://[::1]:61616)?ha=true&reconnectAttempts=-1", "--phone82.data=/tmp/a b, c#d%20e?", "--phone82.data=~/shop",
            "--phone82.store.dispatch-delay=0", "--phone82.store.dispatch-delay=PT1M", "--phone82.store.dispatch-delay=1500ms", "--phone82.operations.peers=",
            "--phone82.operations.peers=http://app:9090, http://[::1]:9090", "--phone82.gateway.hosts=shop.example.com,*.example.com,*", "--phone82.app.PAY-URL=http://pay:1",
            "--phone82.gateway.trusted-proxies=10.0.3.0/28,fd00::1", "--phone82.pay.provider-url=", "--phone82.pay.broker-password=a b:c=d", "--phone82.routes=file:routes",
            "--phone82.port-offset=3919", "--phone82.tls.certificate=pom.xml --phone82.store.tls.certificate=pom.xml", "--spring.datasource.hikari.maximum-pool-size=5", "--logging.level.phone82=debug", "--debug", "--phone82.catalogue.open=no",
            "--phone82.catalogue.phones[0].item=a --phone82.catalogue.phones[0].name=A --phone82.catalogue.phones[0].price=1",
            "--phone82.catalogue.phones[0].item=a --phone82.catalogue.phones[0].name=A --phone82.catalogue.phones[0].price=1 --phone82.catalogue.phones[0].model=m "
            + "--phone82.catalogue.phones[0].storage=1024 --phone82.catalogue.phones[0].colour=navy --phone82.catalogue.models[0].model=m --phone82.catalogue.models[0].battery=1",
            "PHONE82_CATALOGUE_MODELS_0_MODEL=m PHONE82_CATALOGUE_MODELS_0_KEYWORDS=fold",
            "--phone82.app.database.url=jdbc:postgresql://a:5432,b:5432/app?targetServerType=primary", "--phone82.app.database.url=jdbc:postgresql:app",
            "--phone82.store.database.url=jdbc:hsqldb:hsql://localhost/store", "--phone82.store.database.url=jdbc:hsqldb:hsqls://localhost:9001/store",
            "--phone82.identity.issuer=https://login.example.com/realms/phone82", "--phone82.identity.issuer=http://localhost:8180/realms/phone82",
            "--phone82.identity.issuer=http://[::1]:8180", "--phone82.identity.issuer=http://127.0.0.1", "--phone82.identity.issuer=",
            "--phone82.identity.public-url=https://shop.example.com", "--phone82.identity.public-url=https://shop.example.com:8443",
            "--phone82.identity.public-url=http://localhost:8080", "--phone82.identity.public-url=http://shop.localhost:8080",
            "--phone82.identity.client-id=https://shop.example.com/saml?a=b", "--phone82.identity.roles-claim=https://shop.example.com/roles",
            "--phone82.identity.client-id=123456789012-abcdefghijklmnopqrstuvwxyz012345.apps.googleusercontent.com", "--phone82.identity.session-keys=",
            "--phone82.identity.session-keys=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "--phone82.identity.session-keys=-_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "PHONE82_GATEWAY_CONNECT_TIMEOUT=300", "PHONE82_GATEWAY_CONNECTTIMEOUT=300", "PHONE82_CATALOGUE_PHONES_0_ITEM=a PHONE82_CATALOGUE_PHONES_0_NAME=A "
            + "PHONE82_CATALOGUE_PHONES_0_PRICE=1", "GATEWAY_PORT=tcp://10.0.0.1:8080", "PHONE82_HTTP_IDLE_SECONDS=5"})
    void acceptsARightSetting(String settings) {
        assertThat(check(settings)).isEmpty();
    }

    /** The page draws and names those only. */
    @Test
    void coloursAreThoseOfTheContract() throws IOException {
        Stream<String> colours = new YAMLMapper().readTree(Path.of("routes/app/app.openapi.yaml").toFile()).at("/components/schemas/Phone/properties/colour/enum")
                .valueStream().map(JsonNode::asText);
        assertThat(Settings.COLOUR.allowed()).isEqualTo("one of " + colours.collect(Collectors.joining(", ")));
    }

    /** The variables that Kubernetes sets for the Service phone82-gateway, and for one named phone82. */
    @Test
    void ignoresTheServiceVariablesOfKubernetes() {
        ConfigurableEnvironment environment = environment(Map.of("PHONE82_GATEWAY_PORT", "tcp://10.0.0.1:8080", "PHONE82_GATEWAY_SERVICE_HOST", "10.0.0.1",
                "PHONE82_GATEWAY_SERVICE_PORT", "8080", "PHONE82_GATEWAY_SERVICE_PORT_HTTP", "8080", "PHONE82_GATEWAY_PORT_8080_TCP", "tcp://10.0.0.1:8080",
                "PHONE82_GATEWAY_PORT_8080_TCP_PROTO", "tcp", "PHONE82_GATEWAY_PORT_8080_TCP_ADDR", "10.0.0.1", "PHONE82_PORT", "tcp://10.0.0.1:80",
                "PHONE82_SERVICE_HOST", "10.0.0.1", "PHONE82_GATEWAY_RATE", "7"));

        new SettingsCheck().postProcessEnvironment(environment, null);

        assertThat(environment.getProperty("phone82.gateway.port")).isEqualTo("8080");
        assertThat(environment.getProperty("phone82.gateway.rate")).isEqualTo("7");
    }

    @Test
    void reportsAllWrongSettingsAtOnce(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("shop.yaml"), "phone82:\n  bind: ::1\n  store:\n    dispatch-delay: later\n  pay.pol: 5\n");

        assertThat(check("--phone82.gateway.rate=fast PHONE82_HTTP_WORKERS=few --spring.config.additional-location=file:" + file).lines()).containsExactly(
                "4 settings are wrong:",
                "  phone82.gateway.rate=fast (command line) is not a whole number; allowed: a whole number from 0 to 1000000.",
                "  phone82.store.dispatch-delay=later (file " + file + ", line 4) is not a time; allowed: a time from 0s to 365d, with its unit: ms, s, m, h or d.",
                "  phone82.http.workers=few (environment variable PHONE82_HTTP_WORKERS) is not a whole number; allowed: a whole number from 1 to 10000.",
                "  phone82.pay.pol (file " + file + ") is unknown; the nearest is phone82.pay.poll.");
    }

    @Test
    void theCommandLineOverridesAWrongVariable() {
        assertThat(check("--phone82.gateway.rate=5 PHONE82_GATEWAY_RATE=fast")).isEmpty();
    }

    @Test
    void aPortOffsetMovesAllPortsAndAddresses() {
        ConfigurableEnvironment environment = environment(Map.of(), "--phone82.port-offset=100", "--phone82.app.port=9000", "--phone82.store.port=0");

        new SettingsCheck().postProcessEnvironment(environment, null);

        Map<String, String> values = Stream.of("broker.port", "broker.url", "coordinator.port", "saga.coordinator-url", "gateway.port", "gateway.app-url", "app.port",
                        "app.pay-url", "pay.provider-url", "store.port", "store.callback-url", "customer.port", "provider.port", "operations.port")
                .collect(Collectors.toMap(name -> name, name -> environment.getRequiredProperty("phone82." + name)));
        assertThat(values).containsExactlyInAnyOrderEntriesOf(Map.ofEntries(Map.entry("broker.port", "61716"), Map.entry("broker.url", "tcp://localhost:61716"),
                Map.entry("coordinator.port", "8170"), Map.entry("saga.coordinator-url", "http://localhost:8170"), Map.entry("gateway.port", "8180"),
                Map.entry("gateway.app-url", "http://localhost:9100"), Map.entry("app.port", "9100"), Map.entry("app.pay-url", "http://localhost:8182"),
                Map.entry("pay.provider-url", "http://localhost:8185"), Map.entry("store.port", "0"), Map.entry("store.callback-url", "http://localhost:0"),
                Map.entry("customer.port", "8184"), Map.entry("provider.port", "8185"), Map.entry("operations.port", "9190")));
    }

    @Test
    void theAddressesUseTheListenAddress() {
        ConfigurableEnvironment environment = environment(Map.of(), "--phone82.bind=[::1]");

        new SettingsCheck().postProcessEnvironment(environment, null);

        assertThat(environment.getProperty("phone82.bind")).isEqualTo("::1");
        assertThat(environment.getProperty("phone82.app.pay-url")).isEqualTo("http://[::1]:8082");
        assertThat(environment.getProperty("phone82.broker.url")).isEqualTo("tcp://[::1]:61616");
    }

    @Test
    void aTildeInAFolderIsNotExpanded() {
        ConfigurableEnvironment environment = environment(Map.of(), "--phone82.data=~/shop");

        new SettingsCheck().postProcessEnvironment(environment, null);

        assertThat(environment.getProperty("spring.datasource.url")).startsWith("jdbc:hsqldb:file:./~/shop/");
    }

    @Test
    void ignoresUnrelatedJavaOptions() {
        System.setProperty("phone82.something.else", "1");
        System.setProperty("phone82.gateway.rte", "1");
        try {
            assertThat(check("")).isEqualTo("phone82.gateway.rte (Java option -Dphone82.gateway.rte) is unknown; the nearest is phone82.gateway.rate.");
        } finally {
            System.clearProperty("phone82.something.else");
            System.clearProperty("phone82.gateway.rte");
        }
    }

    /** A new settings file must be added to this list. */
    @Test
    void ourOwnFilesAreValid() {
        assertThatCode(() -> new SettingsCheck().postProcessEnvironment(environment(Map.of()), null)).doesNotThrowAnyException();
        assertThatThrownBy(() -> new SettingsCheck().postProcessEnvironment(environment(Map.of(), "--phone82.gateway.at-once=0"), null))
                .isInstanceOf(WrongSettings.class);
    }

    /** @param settings arguments, and variables as {@code NAME=value} */
    private static String check(String settings) {
        Map<String, Object> variables = new TreeMap<>();
        String[] arguments = Arrays.stream(settings.replace("<nul>", "\0").replace("<newline>", "\n").replace("<bell>", "\7").split(" (?=-|[A-Z0-9]+_)")).filter(setting -> !setting.isEmpty())
                .filter(setting -> {
                    if (setting.startsWith("-")) {
                        return true;
                    }
                    variables.put(setting.split("=", 2)[0], setting.split("=", 2)[1]);
                    return false;
                }).toArray(String[]::new);
        try {
            new SettingsCheck().postProcessEnvironment(environment(variables, arguments), null);
            return "";
        } catch (WrongSettings e) {
            return e.getMessage();
        }
    }


    /** The environment that Spring Boot creates, for all contexts at once. */
    private static ConfigurableEnvironment environment(Map<String, Object> variables, String... arguments) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.setConversionService(new ApplicationConversionService());
        MutablePropertySources sources = environment.getPropertySources();
        sources.replace(SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new SystemEnvironmentPropertySource(SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        sources.addFirst(new SimpleCommandLinePropertySource(arguments));
        DefaultPropertiesPropertySource.addOrMerge(Map.of(Settings.ARGUMENTS, arguments, "phone82.context", "app"), sources);
        ConfigurationPropertySources.attach(environment);
        environment.setActiveProfiles("broker", "coordinator", "customer", "provider", "store", "pay", "app", "gateway", "operations");
        ConfigDataEnvironmentPostProcessor.applyTo(environment);
        return environment;
    }
}
