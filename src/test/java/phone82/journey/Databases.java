package phone82.journey;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import phone82.Context;
import phone82.platform.disk.DatabaseServer;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * The databases of one test: embedded HSQLDB files without any server, or, with {@code -Dphone82.test.database=postgresql}, new
 * databases on servers: PostgreSQL for app, pay, customer and the coordinator, HSQLDB for store.
 */
public final class Databases implements AutoCloseable {

    private static final List<Context> ON_POSTGRESQL = List.of(Context.APP, Context.PAY, Context.CUSTOMER, Context.COORDINATOR);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final List<String> options = new ArrayList<>();
    private final Map<String, String> urls = new HashMap<>();
    private List<String> hsqldb;
    private Process store;

    private Databases() {
    }

    /** Embedded databases. */
    public static Databases embedded() {
        return new Databases();
    }

    /** New databases on PostgreSQL for these contexts, embedded ones for the others. */
    public static Databases onPostgreSql(Set<Context> contexts) {
        Databases databases = new Databases();
        int number = NUMBER.incrementAndGet();
        contexts.forEach(context -> databases.use(context, PostgreSql.create(context.id(), number)));
        return databases;
    }

    /** The databases of these contexts that the build configures. */
    public static Databases asked(Path data, Set<Context> contexts) {
        return switch (System.getProperty("phone82.test.database", "hsqldb")) {
            case "hsqldb" -> embedded();
            case "postgresql" -> onServers(data, contexts);
            default -> throw new IllegalArgumentException("phone82.test.database is hsqldb or postgresql");
        };
    }

    /** Databases that several instances of a context can share. */
    public static Databases onServers(Path data) {
        return onServers(data, EnumSet.allOf(Context.class));
    }

    /** The same for these contexts only; the others have embedded ones. */
    public static Databases onServers(Path data, Set<Context> contexts) {
        Databases databases = onPostgreSql(contexts.stream().filter(ON_POSTGRESQL::contains).collect(Collectors.toSet()));
        if (contexts.contains(Context.STORE)) {
            int port = Phone82Extension.freePort();
            databases.hsqldb = hsqldb(data, port);
            databases.startHsqldb();
            databases.use(Context.STORE, "jdbc:hsqldb:hsql://localhost:" + port + "/" + Context.STORE.id());
        }
        return databases;
    }

    /** The options by which the contexts use them. */
    public List<String> options() {
        return options;
    }

    /** Returns their JDBC URLs by context, with user and password. */
    public Map<String, String> urls() {
        return urls;
    }

    /** Lets PostgreSQL write fast and lose what it wrote if it crashes, or makes it durable again. */
    public void hurry(boolean hurry) throws SQLException {
        for (String setting : List.of("fsync", "full_page_writes", "synchronous_commit")) {
            PostgreSql.set(setting, hurry ? "off" : "on");
        }
        PostgreSql.set("max_wal_size", hurry ? "'8GB'" : "'1GB'");
        PostgreSql.set("maintenance_work_mem", hurry ? "'1GB'" : "'64MB'");
    }

    private void use(Context context, String url) {
        urls.put(context.id(), url + "?user=" + context.id() + "&password=" + password(context.id()));
        String property = "--phone82." + context.id() + ".database.";
        options.addAll(List.of(property + "url=" + url, property + "user=" + context.id(), property + "password=" + password(context.id())));
    }

    private static String password(String user) {
        return "demo-" + user;
    }

    /** The HSQLDB server of phone82, from its jar if that is built already. */
    private static List<String> hsqldb(Path data, int port) {
        String store = Context.STORE.id();
        String jar = System.getProperty("phone82.jar");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(jar == null
                ? List.of("-cp", System.getProperty("java.class.path"), DatabaseServer.class.getName())
                : List.of("-Dloader.main=" + DatabaseServer.class.getName(), "-cp", jar, "org.springframework.boot.loader.launch.PropertiesLauncher"));
        command.addAll(List.of("--address", "127.0.0.1", "--port", String.valueOf(port), "--silent", "true", "--dbname.0", store,
                "--database.0", "file:" + data.resolve("store-server/db") + ";user=" + store + ";password=" + password(store)
                        + ";hsqldb.tx=mvcc;hsqldb.write_delay=false;hsqldb.default_table_type=cached"));
        return command;
    }

    private void startHsqldb() {
        Redirect log = Redirect.appendTo(Path.of("target", "hsqldb.txt").toFile());
        try {
            store = new ProcessBuilder(hsqldb).redirectOutput(log).redirectError(log).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code kill -9} of both servers, which restart at once. */
    public void crash() throws InterruptedException, IOException {
        store.destroyForcibly().waitFor();
        PostgreSql.kill();
        PostgreSql.start();
        startHsqldb();
    }

    /** Makes PostgreSQL refuse all writes, or accept them again, in connections that exist as well. */
    public void refuseWrites(boolean refuse) throws SQLException {
        PostgreSql.set("default_transaction_read_only", refuse ? "on" : "off");
    }

    /** Makes commits of PostgreSQL wait for a standby that does not exist, or confirms them. */
    public void confirmCommits(boolean confirm) throws SQLException {
        PostgreSql.set("synchronous_standby_names", confirm ? "''" : "'lost'");
    }

    @Override
    public void close() {
        if (store != null) {
            store.destroyForcibly();
        }
    }

    /** One real PostgreSQL server for all tests of this JVM; it requires passwords. */
    private static final class PostgreSql {

        private static final int PORT = Phone82Extension.freePort();
        private static final Path DATA = data();
        private static EmbeddedPostgres server;

        private static Path data() {
            try {
                return Files.createTempDirectory(Path.of("target"), "postgresql");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static synchronized void start() {
            if (server != null) {
                return;
            }
            Redirect log = Redirect.appendTo(Path.of("target", "postgresql.txt").toFile());
            try {
                server = EmbeddedPostgres.builder().setOutputRedirector(log).setErrorRedirector(log).setPGStartupWait(Duration.ofSeconds(60))
                        .setPort(PORT).setServerConfig("synchronous_commit", "on").setDataDirectory(DATA).setCleanDataDirectory(false)
                        .setDataDirectoryCustomizer(PostgreSql::requirePasswords).start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static synchronized void kill() throws IOException {
            String pid = Files.readAllLines(DATA.resolve("postmaster.pid")).get(0).trim();
            ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
            List<ProcessHandle> all = new ArrayList<>(postmaster.descendants().toList());
            all.add(postmaster);
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(process -> process.onExit().join());
            server.close();
            server = null;
        }

        static synchronized void set(String setting, String value) throws SQLException {
            try (Connection connection = server.getPostgresDatabase().getConnection(); Statement statement = connection.createStatement()) {
                statement.execute("alter system set " + setting + " = " + value);
                statement.execute("select pg_reload_conf()");
            }
        }

        private static void requirePasswords(File data) {
            try {
                Files.writeString(data.toPath().resolve("pg_hba.conf"), """
                        host all postgres localhost trust
                        host all all localhost scram-sha-256
                        """);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Creates an empty database owned by the user. */
        static String create(String user, int number) {
            start();
            String database = user + "_" + number;
            try (Connection connection = server.getPostgresDatabase().getConnection(); Statement statement = connection.createStatement()) {
                statement.execute("do $$ begin create role " + user + " login password '" + password(user)
                        + "'; exception when duplicate_object then null; end $$");
                statement.execute("create database " + database + " owner " + user);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return "jdbc:postgresql://localhost:" + PORT + "/" + database;
        }
    }
}
