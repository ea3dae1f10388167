package phone82.platform.settings;

import java.util.List;

import static phone82.platform.settings.Setting.of;
import static phone82.platform.settings.Setting.ofEach;
import static phone82.platform.settings.ValueRule.ADDRESS;
import static phone82.platform.settings.ValueRule.BOOLEAN;
import static phone82.platform.settings.ValueRule.BROKER_URL;
import static phone82.platform.settings.ValueRule.DATABASE_URL;
import static phone82.platform.settings.ValueRule.FILE;
import static phone82.platform.settings.ValueRule.FOLDER;
import static phone82.platform.settings.ValueRule.HEADERS;
import static phone82.platform.settings.ValueRule.HOSTS;
import static phone82.platform.settings.ValueRule.ISSUER;
import static phone82.platform.settings.ValueRule.JWK;
import static phone82.platform.settings.ValueRule.KEY;
import static phone82.platform.settings.ValueRule.NAME;
import static phone82.platform.settings.ValueRule.NETWORKS;
import static phone82.platform.settings.ValueRule.PASSWORD;
import static phone82.platform.settings.ValueRule.PATH;
import static phone82.platform.settings.ValueRule.PLACE;
import static phone82.platform.settings.ValueRule.PORT;
import static phone82.platform.settings.ValueRule.POSTGRESQL_URL;
import static phone82.platform.settings.ValueRule.PUBLIC_URL;
import static phone82.platform.settings.ValueRule.SESSION_KEYS;
import static phone82.platform.settings.ValueRule.TEXT;
import static phone82.platform.settings.ValueRule.URL;
import static phone82.platform.settings.ValueRule.URLS;
import static phone82.platform.settings.ValueRule.VISIBLE;
import static phone82.platform.settings.ValueRule.choice;
import static phone82.platform.settings.ValueRule.decimal;
import static phone82.platform.settings.ValueRule.duration;
import static phone82.platform.settings.ValueRule.number;
import static phone82.platform.settings.ValueRule.size;

/** The list of all settings, from which the validation at the start and {@code --help} are derived. */
public final class Settings {

    /** The default property with the command-line arguments, for the validation: an array of strings. */
    public static final String ARGUMENTS = "phone82.arguments";

    /** The host name with which contexts on this machine call each other, derived from the address that they listen on. */
    static final String LOCAL_HOST = "phone82.local-host";
    /** The scheme of their URLs: https if they have a certificate. */
    static final String LOCAL_SCHEME = "phone82.local-scheme";
    static final String CERTIFICATE = "phone82.tls.certificate";
    static final String OWN_CERTIFICATE = "phone82.<context>.tls.certificate";
    static final String BIND = "phone82.bind";
    static final String DATA = "phone82.data";
    static final String PORT_OFFSET = "phone82.port-offset";

    /**
     * A setting that is a list, whose entries are numbered from 0.
     *
     * @param parts what an entry consists of: {@code price} is {@code phone82.catalogue.phones[0].price} of the first phone
     */
    public record Listed(String name, List<String> parts, String purpose) {
    }

    static final Listed PHONES = new Listed("phone82.catalogue.phones", List.of("item", "name", "price", "model", "storage", "colour"),
            "the phones on sale, with prices in won; your list replaces the built-in one, and needs item, name and price of each phone");
    static final Listed MODELS = new Listed("phone82.catalogue.models", List.of("model", "keywords", "display", "processor", "memory", "camera", "battery", "weight"),
            "what the page shows of a model, and words by which it is found; your list replaces the built-in one");
    public static final List<Listed> LISTS = List.of(PHONES, MODELS);

    private static final ValueRule MILLIS = number(1, 600_000);
    private static final ValueRule PERCENT = decimal("0.1", "100");
    private static final ValueRule PERIOD = duration("10ms", "1d");
    private static final ValueRule LIMIT = duration("1ms", "10m");
    private static final ValueRule KEEP = duration("1s", "365d");
    private static final ValueRule WAIT = duration("0s", "1d");
    static final ValueRule PRICE = number(1, 1_000_000_000);
    static final ValueRule STORAGE = number(1, 65_536);
    /** Those that the page can draw and name. */
    static final ValueRule COLOUR = choice("black", "white", "silver", "grey", "blue", "navy", "green", "mint", "purple", "pink", "red", "orange", "yellow", "gold");

    public static final List<Setting> ALL = List.of(
            of(DATA, FOLDER, "folder of all data"),
            of("phone82.data.reserve", size("0B", "1TB"), "space to keep free on its disk, at most a tenth of the disk; with less, orders, cancellations, new owners and authorisations are refused"),
            of(BIND, ADDRESS, "address to listen on"),
            of(PORT_OFFSET, number(0, 50_000), "added to every port, so that another copy can run on the same machine, with another phone82.data"),
            ofEach("phone82.<context>.port", PORT, "port to listen on", "gateway", "app", "pay", "store", "customer", "broker", "coordinator", "provider"),
            of("management.server.port", PORT.orEmpty(), "operator's port, one for all contexts of a JVM: health, metrics, console").or("9090, or any if taken"),
            of("management.server.address", ADDRESS, "address of that port").or("phone82.bind"),
            of("phone82.operations.port", PORT, "the same as management.server.port").or("management.server.port"),
            of("phone82.operations.bind", ADDRESS, "the same as management.server.address").or("management.server.address"),

            of(CERTIFICATE, FILE, "certificate, in PEM, with which every HTTP port of the process serves HTTPS; read again at each connection").or("none: HTTP"),
            of("phone82.tls.key", FILE, "the certificate's private key, in PEM"),
            ofEach(OWN_CERTIFICATE, FILE, "another certificate for the port of one context; needs phone82.tls.certificate, too",
                    "gateway", "app", "pay", "store", "customer", "coordinator", "provider", "operations").or("phone82.tls.certificate"),
            ofEach("phone82.<context>.tls.key", FILE, "its private key",
                    "gateway", "app", "pay", "store", "customer", "coordinator", "provider", "operations").or("phone82.tls.key"),
            of("phone82.tls.authorities", FILE, "authorities, in PEM, whose servers the process trusts besides those that Java trusts; read again at each connection"),

            of("phone82.audit.folder", FOLDER.orEmpty(), "folder of the audit, which processes of one machine may share").or("audit in phone82.data"),
            of("phone82.audit.keep", duration("1d", "3650d"), "how long the audit is kept"),
            of("phone82.audit.file-size", size("1KB", "1GB"), "size at which a new file of the audit begins"),
            of("phone82.audit.total-size", size("1KB", "1TB"), "size of all files of a process' audit, above which the oldest are deleted"),
            of("phone82.audit.console", BOOLEAN, "whether the log shows all entries of the audit, not only refusals, logins, and what operators do at their port or by commands"),

            of("phone82.broker.url", BROKER_URL, "URL of the broker"),
            of("phone82.broker.wait", WAIT, "how long a start waits for the broker"),
            ofEach("phone82.<context>.broker-password", PASSWORD, "password of the context's broker user; the demo password works on 127.0.0.1 only",
                    "app", "pay", "store", "customer", "operator").or("demo-<context>, or a random one where all contexts are in one JVM"),
            ofEach("phone82.<context>.database.url", DATABASE_URL.orEmpty(), "a PostgreSQL or HSQLDB server; several instances of a context share it",
                    "app", "pay", "store", "customer", "provider").or("HSQLDB files under phone82.data"),
            of("phone82.coordinator.database.url", POSTGRESQL_URL.orEmpty(), "a PostgreSQL server (14 or newer) for cancellations in progress; the coordinator then needs no folder")
                    .or("a journal under phone82.data"),
            ofEach("phone82.<context>.database.user", TEXT, "the database user", "app", "pay", "store", "customer", "coordinator", "provider").or("SA"),
            ofEach("phone82.<context>.database.password", PASSWORD, "the database user's password", "app", "pay", "store", "customer", "coordinator", "provider"),
            of("phone82.database.wait", WAIT, "how long a start waits for a database server"),

            ofEach("phone82.gateway.<context>-url", URL, "URL of a context for the gateway and the commands", "app", "pay", "store", "customer"),
            of("phone82.gateway.rate", number(0, 1_000_000), "requests per second of one client; 0: no limit"),
            of("phone82.gateway.guest-rate", number(1, 1_000_000), "requests per second of all guests at one address"),
            of("phone82.gateway.guest-orders", number(1, 1_000_000), "orders that all guests at one address or IPv6 /48 network may place at once, and again per hour"),
            of("phone82.gateway.login-rate", number(1, 1_000_000), "logins per second of all users at one address"),
            of("phone82.gateway.streams-per-client", number(1, 10_000), "open streams of one client"),
            of("phone82.gateway.streams-per-user", number(1, 10_000), "open streams of one user who is no operator"),
            of("phone82.gateway.at-once", number(1, 10_000), "concurrent requests to one context"),
            of("phone82.gateway.lease-timeout", MILLIS, "milliseconds that a further request waits"),
            of("phone82.gateway.connect-timeout", MILLIS, "milliseconds until a context must accept a connection"),
            of("phone82.gateway.response-timeout", MILLIS, "milliseconds until a context must answer"),
            of("phone82.gateway.reader-patience", duration("1s", "1h"), "how long a client of the stream may read nothing"),
            ofEach("phone82.<context>.trusted-proxies", NETWORKS, "the proxies whose X-Forwarded-For is trusted",
                    "gateway", "app", "pay", "store", "customer", "coordinator", "provider", "operations").or("none"),
            ofEach("phone82.<context>.hosts", HOSTS, "accepted host names besides localhost, IP addresses and this machine's name",
                    "gateway", "app", "pay", "store", "customer", "coordinator", "provider", "operations").or("none"),

            of("phone82.probe.url", URL.orEmpty(), "address of the shop for customers, at which the gateway orders, follows and cancels as a guest; needs phone82.identity.guests there"),
            of("phone82.probe.every", duration("1s", "2m"), "time from one order of the probe to the next"),
            of("phone82.probe.item", TEXT, "item that the probe orders; one of the price list that no customer wants, as each order counts in statistics"),
            of("phone82.probe.step-timeout", number(100, 60_000), "milliseconds that each step of the probe may take"),

            of("phone82.identity", choice("embedded").orEmpty(), "embedded: a demo issuer in the gateway, to try roles on 127.0.0.1").or("none"),
            of("phone82.identity.issuer", ISSUER, "the OpenID Connect issuer at which users log in; without one every caller is the user demo, on 127.0.0.1 only"),
            of("phone82.identity.port", PORT, "port of the embedded issuer"),
            of("phone82.identity.public-url", PUBLIC_URL, "URL of the gateway for browsers"),
            of("phone82.identity.client-id", VISIBLE, "the gateway's client id at the issuer"),
            of("phone82.identity.client-secret", PASSWORD, "the client's secret; without one, PKCE alone protects a login"),
            of("phone82.identity.scope", TEXT, "the scopes that the gateway requests from the issuer"),
            of("phone82.identity.audience", TEXT, "required audience of a program's token"),
            of("phone82.identity.roles-claim", VISIBLE, "the token's claim with the roles customer, dealer, operator"),
            of("phone82.identity.session-keys", SESSION_KEYS, "keys that seal browser sessions: 256 bits in base64url, the same in each gateway; the first key seals new sessions")
                    .or("a random one"),
            of("phone82.identity.idle", duration("1s", "30d"), "a session ends after this time without a request"),
            of("phone82.identity.maximum", duration("1s", "30d"), "a session ends after this time in any case"),
            of("phone82.identity.renewal", duration("1s", "30d"), "the issuer must confirm a session again after this time, if it gave a refresh token; logouts and role changes there take effect by then"),
            of("phone82.identity.guests", BOOLEAN, "whether customers may order without a login, and follow the order with a secret link"),
            of("phone82.identity.key", JWK, "the context's private key, a JWK; for the commands, the operator's").or("the one in phone82.identity.folder"),
            of("phone82.identity.trusted-keys", JWK, "the public keys of all contexts, a JWK set").or("those in phone82.identity.folder"),
            of("phone82.identity.folder", FOLDER.orEmpty(), "folder in which keys that are not set are generated; without these three settings a context starts on 127.0.0.1 only")
                    .or("identity in phone82.data"),

            of("phone82.app.pay-url", URL, "URL of pay for app"),
            of("phone82.app.store-url", URL, "URL of store for app"),
            of("phone82.app.cancellations", number(1, 1_000), "greatest number of concurrent cancellations"),
            of("phone82.app.idempotency-keys.keep", duration("1d", "365d"), "how long a repeated request is recognised; the page relies on most of a day"),
            of("phone82.app.idempotency-keys.purge-every", PERIOD, "pause between two deletions of old keys"),
            of("phone82.app.new-owners-every", PERIOD, "pause between two attempts to pass on the new owners of orders"),
            of("phone82.app.stuck-every", PERIOD, "pause between two checks for stuck orders"),
            of("phone82.app.payment.lease-timeout", MILLIS, "milliseconds until a call to pay has a connection"),
            of("phone82.app.payment.connect-timeout", MILLIS, "milliseconds until pay must accept a connection"),
            of("phone82.app.payment.response-timeout", MILLIS, "milliseconds until pay must answer"),
            of("phone82.app.admission.least", number(1, 1_000), "least number of concurrent orders that may call pay"),
            of("phone82.app.admission.first", number(1, 1_000), "number of concurrent orders that may call pay after the start"),
            of("phone82.app.admission.most", number(1, 1_000), "greatest number of concurrent orders that may call pay"),
            of("phone82.app.admission.patience", LIMIT, "how long an order waits for a worker and a place together"),
            of("phone82.app.admission.quick", LIMIT, "pay's own response time up to which the number grows"),
            of("phone82.app.admission.slow", LIMIT, "pay's own response time above which the number shrinks"),
            of("phone82.app.breaker.failure-rate", PERCENT, "percent of failed calls to pay that open the breaker"),
            of("phone82.app.breaker.slow-call", LIMIT, "a call that takes longer is slow"),
            of("phone82.app.breaker.slow-call-rate", PERCENT, "percent of slow calls that open the breaker"),
            of("phone82.app.breaker.window", number(1, 10_000), "calls that are counted"),
            of("phone82.app.breaker.minimum-calls", number(1, 10_000), "calls that are needed to decide"),
            of("phone82.app.breaker.open", duration("10ms", "1h"), "how long the circuit breaker of pay stays open"),
            of("phone82.app.breaker.trial-calls", number(1, 1_000), "calls that decide whether it closes"),
            of("phone82.app.bank-breaker.failures", number(1, 10_000), "consecutive orders of a customer for one phone without a decision of the bank, after which the next ones are refused"),
            of("phone82.app.bank-breaker.open", duration("1s", "1h"), "how long these orders are refused"),
            of("phone82.catalogue.open", BOOLEAN, "accept orders for unlisted items too"),
            of("phone82.catalogue.demo-price", PRICE, "won; what an unlisted item costs"),

            of("phone82.pay.provider-url", URL.orEmpty(), "URL of the provider for pay and reconcile; if empty, reconcile skips the ledger"),
            of("phone82.pay.provider-connect-limit", LIMIT, "limit for connecting to the provider"),
            of("phone82.pay.provider-authorisation-limit", LIMIT, "limit for the provider's response to an authorisation"),
            of("phone82.pay.provider-limit", LIMIT, "limit for the provider's other responses"),
            of("phone82.pay.authorisations", number(1, 1_000), "concurrent authorisations"),
            of("phone82.pay.provider-calls", number(1, 1_000), "concurrent captures, releases and refunds"),
            of("phone82.pay.breaker.failure-rate", PERCENT, "percent of failed calls to the provider that open the breaker"),
            of("phone82.pay.breaker.window", number(1, 10_000), "calls that are counted"),
            of("phone82.pay.breaker.minimum-calls", number(1, 10_000), "calls that are needed to decide"),
            of("phone82.pay.breaker.open", duration("10ms", "1h"), "how long it stays open"),
            of("phone82.pay.breaker.trial-calls", number(1, 1_000), "calls that decide whether it closes"),
            of("phone82.pay.authorisation-validity", KEEP, "how long an authorisation waits for its order"),
            of("phone82.pay.poll", PERIOD, "pause between two polls for due payments"),
            of("phone82.pay.rejected.keep", KEEP, "how long pay remembers an order that was declined or rejected"),
            of("phone82.pay.rejected.purge-every", PERIOD, "pause between two deletions of these records"),
            of("phone82.pay.longest-retry", PERIOD, "longest pause between two attempts of a payment"),

            of("phone82.provider.api-key", KEY, "pay's key for the provider; the demo key works on 127.0.0.1 only"),
            of("phone82.provider.control-key", KEY, "key for failures on demand; the demo key works on 127.0.0.1 only"),
            of("phone82.provider.patience", LIMIT, "an authorisation that takes longer is answered as pending"),
            of("phone82.provider.authorisation-validity", KEEP, "how long an authorisation can be captured"),
            of("phone82.provider.settle-every", PERIOD, "pause between two settlements of pending authorisations"),

            of("phone82.store.dispatch-delay", duration("0s", "365d"), "time in which a customer can still cancel"),
            of("phone82.store.dispatch", BOOLEAN, "whether store ships, and pay may reserve money anew; false after a restore of a database server, until the orders are compared"),

            of("phone82.customer.stream.readers", number(1, 100_000), "concurrent readers of the stream"),
            of("phone82.customer.stream.poll", PERIOD, "how often the stream polls for events of other instances"),
            of("phone82.customer.stream.heart-beat", duration("100ms", "40s"), "how often a reader is sent at least a heartbeat"),
            of("phone82.customer.stream.behind", number(1, 1_000_000), "missed events that a reconnecting reader is sent"),
            of("phone82.customer.stream.queue", number(1_024, 100_000_000), "unsent bytes of one reader"),

            ofEach("phone82.<context>.callback-url", URL, "URL of a context for the coordinator", "app", "pay", "store"),
            of("phone82.saga.coordinator-url", URL, "URL of the coordinator for app, pay and store; the coordinator takes the scheme of its own URLs from it"),
            of("phone82.saga.connect-timeout", LIMIT, "limit for connecting to the coordinator"),
            of("phone82.saga.request-timeout", LIMIT, "limit for the coordinator's response"),
            of("phone82.saga.time-limit", duration("100ms", "1h"), "a cancellation that is not decided by then is undone"),
            ofEach("phone82.coordinator.<context>-url", URLS, "the only URLs at which the coordinator calls a participant back", "app", "pay", "store"),
            of("phone82.coordinator.recovery-period", duration("1s", "1h"), "pause between two attempts to end open cancellations"),
            of("phone82.coordinator.threads", number(1, 1_000), "concurrent calls to the coordinator"),

            of("phone82.events.consumers", number(1, 50), "event consumers of a context"),
            of("phone82.events.batch", number(1, 10_000), "events in one transaction"),
            of("phone82.events.batch-time", duration("0ms", "10s"), "time after which no event is added to a transaction"),
            of("phone82.events.attempts", number(1, 100), "attempts until an event is a dead letter"),
            of("phone82.outbox.keep", KEEP, "how long sent events can be read and sent again"),
            of("phone82.inbox.keep", KEEP, "how long a received event is remembered"),
            of("phone82.inbox.purge-every", PERIOD, "pause between two deletions of old sent events, ids of received events and ended cancellations"),

            of("phone82.http.event-loops", number(1, 64), "threads of a port that read and write sockets"),
            of("phone82.http.workers", number(1, 10_000), "requests processed at once"),
            of("phone82.http.connections", number(1, 1_000_000), "connections open at once"),
            of("phone82.http.connections-per-client", number(1, 1_000_000), "connections open at once from one address or IPv6 /64 network; of a client behind a trusted proxy, requests in progress"),
            of("phone82.http.ahead", number(1, 1_000), "unanswered requests of a connection"),
            of("phone82.http.line-bytes", number(128, 1_000_000), "longest request line"),
            of("phone82.http.head-bytes", number(128, 1_000_000), "largest header section"),
            of("phone82.http.body-bytes", number(128, 100_000_000), "largest body"),
            of("phone82.http.head-seconds", number(1, 3_600), "seconds until the head of a request must be complete"),
            of("phone82.http.send-seconds", number(1, 3_600), "seconds until a request must be complete"),
            of("phone82.http.idle-seconds", number(1, 86_400), "seconds until a silent connection is closed"),
            of("phone82.http.retries-per-second", number(1, 100_000), "refused clients that may try again per second"),
            of("phone82.http.keep-alive", duration("0s", "1h"), "how long a context keeps an idle connection to another; less than phone82.operations.notice there"),
            of("phone82.http.headers", HEADERS, "request headers that reach a route"),
            of("phone82.http.call-headers", HEADERS, "headers that a route sends on when it calls another context"),
            of("phone82.http.pulse", PATH, "path that the liveness check requests"),

            of("phone82.operations.user", NAME, "user of the operator's port"),
            of("phone82.operations.password", PASSWORD, "its password").or("a random one, which the start prints"),
            of("phone82.operations.peers", URLS, "operator's ports of the other processes; a name with several addresses stands for one process each")
                    .or("those on this machine"),
            of("phone82.operations.demo", BOOLEAN.orEmpty(), "whether the operator's page can make the simulated provider fail and stop routes; never on another address than 127.0.0.1, "
                    + "or with phone82.operations.peers").or("true on 127.0.0.1 without an issuer and without phone82.operations.peers"),
            of("phone82.operations.patience", duration("1s", "1h"), "how long a context may not respond before it counts as not alive"),
            of("phone82.operations.notice", duration("0s", "1h"), "how long a process keeps serving after SIGTERM, while it is not ready"),
            of("phone82.operations.stop-within", duration("1s", "1h"), "how long the stop of a process may take after the notice; then the process ends as after kill -9"),
            of("otel.exporter.otlp.endpoint", new ValueRule("http(s)://<host>[:<port>]", value -> value.matches("https?://[^\\s]+") ? null : "is not a URL", false, true),
                    "an OpenTelemetry collector, which gets every order's trace").or("none"),
            of("phone82.tracing.sampled", decimal("0", "1"), "the part of the requests that is traced"),
            of("logging.structured.format.console", choice("ecs", "logstash", "gelf").orEmpty(), "each log line is a JSON object").or("text"),

            of("phone82.warm-up", number(0, 100_000), "how often app, pay, gateway and provider rehearse each of their operations before they are up"),
            of("phone82.routes", PLACE, "folder of the routes"),
            of("phone82.artemis", PLACE, "folder of the broker's files"),
            of("phone82.reload", FOLDER, "folder of the route files that are reloaded when they are saved").or("none"),

            of("phone82.reconcile.settle", WAIT, "time that reconcile gives orders to settle"),
            of("phone82.reconcile.moving", KEEP, "time after which an order in progress that does not change is a breach"),
            of("phone82.reconcile.timelines", number(0, 1_000_000), "newest orders whose timelines are compared too"));

    private Settings() {
    }
}
