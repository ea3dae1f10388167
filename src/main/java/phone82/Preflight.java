package phone82;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;
import phone82.broker.BrokerUsers;
import phone82.command.OperatorCommand;
import phone82.platform.disk.Disk;
import phone82.platform.http.Clients;
import phone82.platform.identity.IdentityConfiguration;
import phone82.platform.identity.Login;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

/** Looks for what would keep a context from starting, before it spends time on starting. */
class Preflight implements ApplicationContextInitializer<ConfigurableApplicationContext>, AutoCloseable {

    private static final Pattern BROKER_URL = Pattern.compile("tcp://[^\\s:/,?]+:\\d{1,5}(\\?\\S*)?");
    private static final Pattern PLACE = Pattern.compile("https?://[^\\s:/?]+(:\\d{1,5})?");
    private static final String DEMO = "|demo-.*";
    private static final Set<String> PROVIDERS = Set.of("http");
    private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

    private final Context context;
    private FileLock lock;

    Preflight(Context context) {
        this.context = context;
    }

    @Override
    public void initialize(ConfigurableApplicationContext application) {
        Environment environment = application.getEnvironment();
        context.places.forEach(property -> isPlace(property, environment.getRequiredProperty(property)));
        areNetworks(environment, "phone82." + context.id() + ".trusted-proxies");
        boolean databaseElsewhere = context.usesDatabase() && DatabaseProbe.isElsewhere(environment);
        if (context.keepsData() && !databaseElsewhere) {
            lockData(environment);
        }
        portIsFree(environment);
        if (context == Context.BROKER) {
            brokerPasswordsAreNoDemo(application);
        }
        if (context == Context.PAY) {
            providerIsChosen(environment);
        }
        if (context == Context.PAY || context == Context.PROVIDER) {
            keyIsNoDemo(environment, "phone82.provider.api-key", "pay and its provider");
        }
        if (context == Context.PROVIDER) {
            keyIsNoDemo(environment, "phone82.provider.control-key", "pay and its provider");
        }
        if (context.checksCallers()) {
            keysAreThere(environment);
        }
        if (context.servesUsers()) {
            usersAreKnown(environment);
        }
        if (databaseElsewhere) {
            databaseAnswers(environment);
        }
        if (context.usesBroker()) {
            brokerAnswers(environment);
        }
    }

    /** An environment variable without value is told here, not by the first order. */
    private void isPlace(String property, String url) {
        if (!PLACE.matcher(url).matches()) {
            throw new CannotStart(context.id() + ": " + property + " is " + (url.isBlank() ? "empty" : url)
                    + ", which is no URL; set it to http://<host>:<port>.");
        }
    }

    private void areNetworks(Environment environment, String property) {
        try {
            new Clients(List.of(environment.getProperty(property, String[].class, new String[0])));
        } catch (IllegalArgumentException e) {
            throw new CannotStart(context.id() + ": " + property + ": " + e.getMessage() + "; set it to those of the proxies, or to nothing.");
        }
    }

    private void providerIsChosen(Environment environment) {
        String provider = environment.getProperty("phone82.pay.provider", "");
        if (!PROVIDERS.contains(provider)) {
            throw new CannotStart(context.id() + ": phone82.pay.provider is " + (provider.isBlank() ? "empty" : provider)
                    + ", but a payment provider is needed; set it to one of " + PROVIDERS + ".");
        }
        isPlace("phone82.pay.provider-url", environment.getProperty("phone82.pay.provider-url", ""));
    }

    /** That everybody is everybody is for a laptop alone. */
    private void usersAreKnown(Environment environment) {
        Login login = Login.of(environment::getProperty);
        if (login != Login.ISSUER && !listensOnLoopback(environment)) {
            throw new CannotStart(context.id() + ": " + (login == Login.NONE ? Login.ISSUER_PROPERTY + " is empty, so nobody has to log in"
                    : Login.EMBEDDED_PROPERTY + " is embedded, so everybody can be anybody") + ", which is for 127.0.0.1 alone, not for "
                    + environment.getProperty("phone82.bind") + "; set " + Login.ISSUER_PROPERTY
                    + " to the URL of an OpenID Connect issuer, the same for gateway, app, pay, store and customer.");
        }
    }

    /** The well-known keys are for a laptop alone. */
    private void keyIsNoDemo(Environment environment, String property, String sharers) {
        if (environment.getProperty(property, "").matches(DEMO) && !listensOnLoopback(environment)) {
            throw new CannotStart(context.id() + ": " + property + " is a demo key or empty, which is for 127.0.0.1 alone, not for "
                    + environment.getProperty("phone82.bind") + "; set it to a secret that " + sharers + " share.");
        }
    }

    /** On a laptop those that are not configured are made. */
    private void keysAreThere(Environment environment) {
        boolean mayMake = listensOnLoopback(environment) || !environment.getProperty(IdentityConfiguration.FOLDER, "").isBlank();
        if (context.callsOthers() && !mayMake) {
            isSet(environment, IdentityConfiguration.KEY, "the private key of " + context.id());
        }
        if (!mayMake) {
            isSet(environment, IdentityConfiguration.TRUSTED, "the public keys of all");
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

    private void isSet(Environment environment, String property, String value) {
        if (environment.getProperty(property, "").isBlank()) {
            throw new CannotStart(context.id() + ": " + property + " is empty, which is for 127.0.0.1 alone, not for "
                    + environment.getProperty("phone82.bind") + "; set it to " + value + ", or " + IdentityConfiguration.FOLDER
                    + " to a folder of keys.");
        }
    }

    private void brokerPasswordsAreNoDemo(ConfigurableApplicationContext application) {
        Environment environment = application.getEnvironment();
        if (listensOnLoopback(environment)) {
            return;
        }
        try {
            String known = new BrokerUsers(application, environment).passwords().entrySet().stream()
                    .filter(user -> user.getValue().matches(DEMO)).map(Map.Entry::getKey).collect(Collectors.joining(", "));
            if (!known.isEmpty()) {
                throw new CannotStart(context.id() + ": the passwords of " + known + " are demo passwords or empty, which is for 127.0.0.1"
                        + " alone, not for " + environment.getProperty("phone82.bind") + "; set phone82.<user>.broker-password of each, for the"
                        + " broker and for the user.");
            }
        } catch (IOException e) {
            throw new CannotStart(context.id() + ": the files in " + environment.getProperty("phone82.artemis") + " cannot be read (" + e
                    + "); set phone82.artemis to the folder of the broker's files.");
        }
    }

    private boolean listensOnLoopback(Environment environment) {
        String host = environment.getRequiredProperty("phone82.bind");
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new CannotStart(context.id() + ": phone82.bind is " + host + ", which is no address of this machine.");
        }
    }

    private void portIsFree(Environment environment) {
        String property = "phone82." + context.id() + ".port";
        int port = environment.getRequiredProperty(property, Integer.class);
        String host = environment.getRequiredProperty("phone82.bind");
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (IOException e) {
            throw new CannotStart(context.id() + ": port " + port + " on " + host + " is taken (" + e.getMessage()
                    + "); stop what listens there, or set " + property + " to another port.");
        }
    }

    private void lockData(Environment environment) {
        Path folder = Path.of(environment.getRequiredProperty("phone82.data"), context.id()).toAbsolutePath().normalize();
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(folder.resolve(".lock"), CREATE, WRITE);
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            LOG.debug("locked by this process", e);
        } catch (IOException e) {
            throw new CannotStart(context.id() + ": data folder " + folder + " cannot be used (" + e
                    + "); make it writable, or set phone82.data to another folder.");
        }
        if (lock == null) {
            throw new CannotStart(context.id() + ": data folder " + folder
                    + " is in use by another process; stop that one, or set phone82.data to another folder.");
        }
        roomIsLeft(Disk.of(folder, environment.getRequiredProperty("phone82.data.reserve", DataSize.class)));
    }

    /** With less than the reserve it starts, to finish what has been begun; but that, too, is written. */
    private void roomIsLeft(Disk disk) {
        long needed = disk.reserve() / 4;
        if (disk.free() < needed) {
            close();
            throw new CannotStart(context.id() + ": the disk of data folder " + disk.folder() + " is full (" + Disk.megabytes(disk.free())
                    + " MB are free, " + Disk.megabytes(needed) + " MB are needed); make room there, or set phone82.data to another folder.");
        }
    }

    /** Lets another process use the data folder. */
    @Override
    public void close() {
        if (lock != null) {
            try {
                lock.channel().close();
            } catch (IOException e) {
                LOG.debug("data folder lock", e);
            }
        }
    }

    private void brokerAnswers(Environment environment) {
        String url = environment.getRequiredProperty("phone82.broker.url");
        if (!BROKER_URL.matcher(url).matches()) {
            throw new CannotStart(context.id() + ": " + url + " is no URL of a broker; set phone82.broker.url to tcp://<host>:<port>.");
        }
        await("broker", url, environment, () -> answers(environment, url), "start one (java -jar phone82.jar broker), or set phone82.broker.url.");
    }

    private void databaseAnswers(Environment environment) {
        DatabaseProbe probe = new DatabaseProbe(context, environment);
        await("database", probe.place(), environment, probe, "start it, or set " + probe.property("url") + ".");
    }

    /** Tries until it succeeds, or for as long as {@code phone82.<what>.wait} says. */
    private void await(String what, String url, Environment environment, BooleanSupplier attempt, String wayOut) {
        Duration patience = environment.getRequiredProperty("phone82." + what + ".wait", Duration.class);
        long deadline = System.nanoTime() + patience.toNanos();
        boolean told = false;
        while (!attempt.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new CannotStart(context.id() + ": no " + what + " answers at " + url + " after " + patience.toSeconds()
                        + " s; " + wayOut);
            }
            if (!told) {
                LOG.info("{} waits up to {} s for the {} at {}", context.id(), patience.toSeconds(), what, url);
                told = true;
            }
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CannotStart(context.id() + ": interrupted while waiting for the " + what + " at " + url + ".");
            }
        }
    }

    private boolean answers(Environment environment, String url) {
        URI uri = URI.create(url);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), 1000);
        } catch (IOException e) {
            return false;
        }
        String user = environment.getRequiredProperty("spring.artemis.user");
        try (ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(url);
             Connection ignored = factory.createConnection(user, environment.getRequiredProperty("spring.artemis.password"))) {
            return true;
        } catch (JMSSecurityException e) {
            throw new CannotStart(context.id() + ": the broker at " + url + " refuses user " + user
                    + "; set phone82." + context.id() + ".broker-password to the password that the broker knows.");
        } catch (JMSException e) {
            return false;
        }
    }
}
