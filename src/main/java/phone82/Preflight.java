package phone82;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import org.apache.activemq.artemis.api.core.ActiveMQConnectionTimedOutException;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.commons.lang3.function.Failable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;
import phone82.broker.BrokerUsers;
import phone82.command.OperatorCommand;
import phone82.command.Restore;
import phone82.platform.disk.Disk;
import phone82.platform.disk.PrivateFolder;
import phone82.platform.identity.IdentityConfiguration;
import phone82.platform.identity.Login;
import phone82.platform.settings.BrokerUrl;
import phone82.platform.settings.LocalName;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks routes, data folder, port, provider, login, keys, passwords, database and broker before a context starts. */
class Preflight implements ApplicationContextInitializer<ConfigurableApplicationContext>, AutoCloseable {

    private static final String DEMO = "|demo-.*";
    private static final String DEMO_KEY = "(?s)demo-.*";
    private static final String PUBLIC_URL = "phone82.identity.public-url";
    private static final String SESSION_KEYS = "phone82.identity.session-keys";
    private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

    private final Context context;
    private FileChannel lock;
    /** Why the broker's port could not be used at the latest attempt; null if it did not answer. */
    private String obstacle;

    Preflight(Context context) {
        this.context = context;
    }

    @Override
    public void initialize(ConfigurableApplicationContext application) {
        Environment environment = application.getEnvironment();
        if (context != Context.BROKER && context != Context.COORDINATOR) {
            requireRoutes(environment.getRequiredProperty("phone82.routes"));
        }
        boolean externalDatabase = context.usesDatabase() && DatabaseLogin.isExternal(environment);
        if (context.keepsData() && !externalDatabase) {
            lockData(environment);
        }
        requireFreePort(environment, "phone82." + context.id() + ".port", environment.getRequiredProperty("phone82.bind"));
        if (context == Context.GATEWAY && Login.of(environment::getProperty) == Login.EMBEDDED) {
            // another program there would be the issuer, and say who is an operator
            requireFreePort(environment, "phone82.identity.port", "127.0.0.1");
        }
        if (context == Context.BROKER) {
            rejectDemoPasswords(application);
        }
        checkProvider(environment);
        checkIdentity(environment);
        if (externalDatabase) {
            awaitDatabase(environment);
        }
        if (context.usesBroker()) {
            awaitBroker(environment);
        }
    }

    private void checkProvider(Environment environment) {
        if (context == Context.PAY) {
            requireProvider(environment);
        }
        if (context == Context.PAY || context == Context.PROVIDER) {
            rejectDemoKey(environment, "phone82.provider.api-key", "pay and its provider");
        }
        if (context == Context.PROVIDER) {
            rejectDemoKey(environment, "phone82.provider.control-key", "pay and its provider");
        }
    }

    private void checkIdentity(Environment environment) {
        if (context.checksCallers()) {
            requireKeys(environment);
        }
        if (context.servesUsers()) {
            requireLogin(environment);
        }
        if (context == Context.GATEWAY) {
            rejectDemoSessionKey(environment);
        }
    }

    private void requireRoutes(String place) {
        if (!place.startsWith("file:")) {
            return;
        }
        Path folder = Path.of(place.substring("file:".length()).replaceFirst("^//", ""), context.id());
        try (DirectoryStream<Path> routes = Files.newDirectoryStream(folder, "*.camel.yaml")) {
            if (!routes.iterator().hasNext()) {
                throw new NoSuchFileException(folder.toString());
            }
        } catch (IOException e) {
            throw new CannotStart(context.id() + ": there are no routes in " + folder + "; set phone82.routes to the folder that has "
                    + context.id() + "/*.camel.yaml in it.");
        }
    }

    private void requireProvider(Environment environment) {
        if (environment.getProperty("phone82.pay.provider-url", "").isEmpty()) {
            throw new CannotStart(context.id() + ": phone82.pay.provider-url is empty; set it to http://<host>:<port>.");
        }
    }

    /** Without an issuer, or with the embedded one, only this machine may use a context. */
    private void requireLogin(Environment environment) {
        Login login = Login.of(environment::getProperty);
        String place = publicPlace(environment);
        if (login != Login.ISSUER && place != null) {
            throw new CannotStart(context.id() + ": " + (login == Login.NONE ? Login.ISSUER_PROPERTY + " is empty, so no login is required"
                    : Login.EMBEDDED_PROPERTY + " is embedded, so every user can pick any identity") + ", which is allowed on 127.0.0.1 only, not "
                    + place + "; set " + Login.ISSUER_PROPERTY + " to the URL of an OpenID Connect issuer, the same for gateway, app, pay, store and customer.");
        }
    }

    /**
     * Where other machines reach this context, as the end of a sentence; null if nowhere. A proxy on this machine makes a context on loopback public.
     */
    private String publicPlace(Environment environment) {
        if (!listensOnLoopback(environment)) {
            return "on " + environment.getProperty("phone82.bind");
        }
        String url = environment.getRequiredProperty(PUBLIC_URL);
        if (!LocalName.isLocal(URI.create(url).getHost())) {
            return "at " + url + " (" + PUBLIC_URL + ")";
        }
        String hosts = "phone82." + context.id() + ".hosts";
        return Stream.of(environment.getProperty(hosts, "").split(",")).map(String::strip).filter(Preflight::isPublic).findFirst()
                .map(host -> "at " + host + " (" + hosts + ")").orElse(null);
    }

    /** A name without a dot is known in a local network at most, as that of the machine, which is always accepted. */
    private static boolean isPublic(String host) {
        return !host.matches("[\\w-]*") && !LocalName.isLocal(host);
    }

    /** With a key that others know, anybody can make a session of any user. */
    private void rejectDemoSessionKey(Environment environment) {
        String place = publicPlace(environment);
        boolean known = Stream.of(environment.getProperty(SESSION_KEYS, "").split(","))
                .anyMatch(key -> new String(Base64.getUrlDecoder().decode(key.strip()), StandardCharsets.ISO_8859_1).matches(DEMO_KEY));
        if (known && place != null) {
            throw new CannotStart(context.id() + ": " + SESSION_KEYS + " has a demo key, which is allowed on 127.0.0.1 only, not " + place
                    + "; set it to a random one.");
        }
    }

    /** Demo keys are well known, so they are accepted on loopback only. */
    private void rejectDemoKey(Environment environment, String property, String sharers) {
        if (environment.getProperty(property, "").matches(DEMO) && !listensOnLoopback(environment)) {
            throw new CannotStart(context.id() + ": " + property + " is a demo key or empty, which is allowed on 127.0.0.1 only, not on "
                    + environment.getProperty("phone82.bind") + "; set it to a secret that " + sharers + " share.");
        }
    }

    /** Keys that are not configured are created on loopback, or if a folder for them is set; otherwise they are required. */
    private void requireKeys(Environment environment) {
        boolean mayCreate = listensOnLoopback(environment) || !environment.getProperty(IdentityConfiguration.FOLDER, "").isBlank();
        if (context.callsOthers() && !mayCreate) {
            requireSetting(environment, IdentityConfiguration.KEY, "the private key of " + context.id());
        }
        if (!mayCreate) {
            requireSetting(environment, IdentityConfiguration.TRUSTED, "the public keys of all");
        }
        try {
            if (context.callsOthers()) {
                IdentityConfiguration.minter(context.id(), environment);
            }
            if (environment.getProperty(IdentityConfiguration.TRUSTED, "").isBlank()) {
                IdentityConfiguration.folder(environment).require(OperatorCommand.OPERATOR);
            }
            IdentityConfiguration.trustedKeys(environment);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new CannotStart(context.id() + ": its keys cannot be used: " + e.getMessage() + ".");
        }
    }

    private void requireSetting(Environment environment, String property, String value) {
        if (environment.getProperty(property, "").isBlank()) {
            throw new CannotStart(context.id() + ": " + property + " is empty, which is allowed on 127.0.0.1 only, not on "
                    + environment.getProperty("phone82.bind") + "; set it to " + value + ", or " + IdentityConfiguration.FOLDER
                    + " to a folder of keys.");
        }
    }

    private void rejectDemoPasswords(ConfigurableApplicationContext application) {
        Environment environment = application.getEnvironment();
        if (listensOnLoopback(environment)) {
            return;
        }
        try {
            String known = new BrokerUsers(application, environment).passwords().entrySet().stream()
                    .filter(user -> user.getValue().matches(DEMO)).map(Map.Entry::getKey).collect(Collectors.joining(", "));
            if (!known.isEmpty()) {
                throw new CannotStart(context.id() + ": the passwords of " + known + " are demo passwords or empty, which is allowed on 127.0.0.1"
                        + " only, not on " + environment.getProperty("phone82.bind") + "; set phone82.<user>.broker-password of each, for the"
                        + " broker and for the user.");
            }
        } catch (IOException e) {
            throw new CannotStart(context.id() + ": the files in " + environment.getProperty("phone82.artemis") + " cannot be read (" + CannotStart.reason(e)
                    + "); set phone82.artemis to the folder of the broker's files.");
        }
    }

    private boolean listensOnLoopback(Environment environment) {
        return Failable.get(() -> InetAddress.getByName(environment.getRequiredProperty("phone82.bind"))).isLoopbackAddress();
    }

    private void requireFreePort(Environment environment, String property, String host) {
        int port = environment.getRequiredProperty(property, Integer.class);
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (IOException e) {
            throw new CannotStart(context.id() + ": port " + port + " on " + host + " cannot be opened (" + CannotStart.reason(e)
                    + "); stop the program that listens there, or set " + property + " or phone82.port-offset to move it.");
        }
    }

    private void lockData(Environment environment) {
        Path folder = Path.of(environment.getRequiredProperty("phone82.data"), context.id()).toAbsolutePath().normalize();
        try {
            PrivateFolder.create(folder);
            lock = PrivateFolder.tryLock(folder.resolve(".lock"));
        } catch (IOException e) {
            throw new CannotStart(context.id() + ": data folder " + folder + " cannot be used (" + CannotStart.reason(e)
                    + "); make it writable, or set phone82.data to another folder.");
        }
        if (lock == null) {
            throw new CannotStart(context.id() + ": data folder " + folder
                    + " is in use by another process; stop that one, or set phone82.data to another folder.");
        }
        if (Restore.isUnfinished(folder.getParent())) {
            throw new CannotStart(context.id() + ": a restore into " + folder.getParent() + " is in progress or was cut off; wait for it, or repeat it.");
        }
        try {
            Restore.discardDraft(folder.getParent(), context.id());
        } catch (IOException e) {
            LOG.warn("{}: the copy of a restore that was cut off cannot be deleted ({})", context.id(), e.toString());
        }
        requireFreeSpace(Disk.of(folder, environment.getRequiredProperty("phone82.data.reserve", DataSize.class)));
    }

    /** Below the reserve a context still starts, to finish work in progress; that needs some disk space, too. */
    private void requireFreeSpace(Disk disk) {
        long needed = disk.reserve() / 4;
        if (disk.free() < needed) {
            close();
            throw new CannotStart(context.id() + ": the disk of data folder " + disk.folder() + " is full (" + Disk.megabytes(disk.free())
                    + " MB are free, " + Disk.megabytes(needed) + " MB are needed); make room there, or set phone82.data to another folder.");
        }
    }

    /** Releases the lock of the data folder. */
    @Override
    public void close() {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                LOG.debug("data folder lock", e);
            }
        }
    }

    private void awaitBroker(Environment environment) {
        String url = environment.getRequiredProperty("phone82.broker.url");
        await("broker", url.replaceFirst("\\?.*", ""), environment, () -> acceptsLogin(environment, url), "start one (java -jar phone82.jar broker), or set phone82.broker.url.");
    }

    private void awaitDatabase(Environment environment) {
        DatabaseLogin login = new DatabaseLogin(context, environment);
        await("database", login.place(), environment, login, "start it, or set " + login.property("url") + ".");
    }

    /** Retries until the attempt succeeds, for at most {@code phone82.<what>.wait}. */
    private void await(String what, String url, Environment environment, BooleanSupplier attempt, String wayOut) {
        Duration patience = environment.getRequiredProperty("phone82." + what + ".wait", Duration.class);
        long deadline = System.nanoTime() + patience.toNanos();
        boolean logged = false;
        while (!attempt.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new CannotStart(context.id() + ": no " + what + " answers at " + url + " after " + patience.toSeconds()
                        + " s" + (obstacle == null ? "" : " (" + obstacle + ")") + "; " + wayOut);
            }
            if (!logged) {
                LOG.info("{} waits up to {} s for the {} at {}", context.id(), patience.toSeconds(), what, url);
                logged = true;
            }
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CannotStart(context.id() + ": interrupted while waiting for the " + what + " at " + url + ".");
            }
        }
    }

    private boolean acceptsLogin(Environment environment, String url) {
        if (BrokerUrl.brokers(url).stream().noneMatch(Preflight::listens)) {
            obstacle = null;
            return false;
        }
        String user = environment.getRequiredProperty("spring.artemis.user");
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
             Connection ignored = factory.createConnection(user, environment.getRequiredProperty("spring.artemis.password"))) {
            return true;
        } catch (JMSSecurityException e) {
            throw new CannotStart(context.id() + ": the broker at " + url.replaceFirst("\\?.*", "") + " refuses user " + user + "; "
                    + (url.contains("keyStorePath=") ? "name that user's certificate in phone82.broker.url."
                    : "set phone82." + context.id() + ".broker-password to the password that the broker knows."));
        } catch (JMSException e) {
            Throwable cause = NestedExceptionUtils.getMostSpecificCause(e);
            obstacle = cause instanceof ActiveMQConnectionTimedOutException ? "it takes connections but does not answer; its log shows whether it requires TLS or another "
                    + "certificate" : cause.getMessage();
            return false;
        }
    }

    private static boolean listens(URI broker) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(broker.getHost(), broker.getPort()), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
