package phone82.drill;

import com.fasterxml.jackson.databind.JsonNode;
import phone82.Context;
import phone82.journey.Phone82Extension;
import phone82.platform.disk.DatabaseServer;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static com.fasterxml.jackson.dataformat.yaml.YAMLMapper.builder;

/** The databases of {@code overlays/prod}: PostgreSQL with the files of the overlay, and HSQLDB's server, both with a certificate. */
final class EncryptedDatabases implements AutoCloseable {

    private static final Path FILES = Path.of("openshift/components/tls");
    private static final List<Context> ON_POSTGRESQL = List.of(Context.APP, Context.PAY, Context.CUSTOMER);

    private final Path folder;
    private final Path secret;
    private final int port = Phone82Extension.freePort();
    private final int storePort = Phone82Extension.freePort();
    private Process store;

    /** @param secret the files of the certificate */
    EncryptedDatabases(Path folder, Path secret) throws IOException, InterruptedException, SQLException {
        this.folder = Files.createDirectories(folder);
        this.secret = secret;
        PostgreSqlCluster.run(log(), "initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--pgdata", data());
        configure();
        Files.writeString(Path.of(data(), "postgresql.conf"), "unix_socket_directories = ''\nmax_connections = 100\n");
        start();
        try (Connection connection = DriverManager.getConnection("jdbc:postgresql://localhost:" + port + "/postgres", "postgres", null);
             Statement statement = connection.createStatement()) {
            for (Context context : ON_POSTGRESQL) {
                statement.execute("create role " + context.id() + " login password 'demo-" + context.id() + "'");
                statement.execute("create database " + context.id() + " owner " + context.id());
            }
        }
        stop();
        Files.writeString(Path.of(data(), "postgresql.conf"), "include '" + folder + "/tls.conf'\n", StandardOpenOption.APPEND);
        start();
        startStore();
    }

    /** The files of the config map. */
    private void configure() throws IOException {
        Files.copy(FILES.resolve("pg_hba"), folder.resolve("pg_hba"));
        Files.writeString(folder.resolve("tls.conf"), here(Files.readString(FILES.resolve("tls.conf"))));
    }

    private String here(String text) {
        return text.replace("/tmp/tls.crt", folder + "/tls.crt").replace("/etc/tls", secret.toString()).replace("/opt/app-root/src/postgresql-cfg", folder.toString())
                .replace("/var/lib/pgsql/data/userdata", data()).replace("/usr/libexec/check-container", "true");
    }

    /** Runs the readiness probe of the pod. */
    void probe() throws IOException, InterruptedException {
        JsonNode patch = builder().build().readTree(Files.readString(FILES.resolve("postgresql.yaml")));
        JsonNode command = patch.at("/spec/template/spec/containers/0/readinessProbe/exec/command");
        PostgreSqlCluster.run(log(), "/bin/sh", "-c", here(command.path(2).asText()));
    }

    /** The options by which the contexts use them, as in the overlay. */
    String[] options() {
        List<String> options = new ArrayList<>();
        ON_POSTGRESQL.forEach(context -> use(context, url(context.id()), options));
        use(Context.STORE, "jdbc:hsqldb:hsqls://localhost:" + storePort + "/store", options);
        return options.toArray(String[]::new);
    }

    private static void use(Context context, String url, List<String> options) {
        String property = "--phone82." + context.id() + ".database.";
        options.addAll(List.of(property + "url=" + url, property + "user=" + context.id(), property + "password=demo-" + context.id()));
    }

    /** The URL of a database on PostgreSQL. */
    String url(String database) {
        return plainUrl(database) + "?sslmode=verify-full&sslrootcert=" + secret.resolve("ca.crt");
    }

    /** The URL of a database on PostgreSQL without options. */
    String plainUrl(String database) {
        return "jdbc:postgresql://localhost:" + port + "/" + database;
    }

    private String data() {
        return folder.resolve("postgresql").toString();
    }

    private Path log() {
        return folder.resolve("programs.txt");
    }

    private void start() throws IOException, InterruptedException {
        PostgreSqlCluster.run(log(), "pg_ctl", "start", "--wait", "--pgdata", data(), "--log", folder.resolve("postgresql.txt").toString(),
                "--options", "-c listen_addresses=localhost -p " + port);
    }

    private void stop() throws IOException, InterruptedException {
        PostgreSqlCluster.run(log(), "pg_ctl", "stop", "--wait", "--mode=fast", "--pgdata", data());
    }

    private void startStore() throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-XX:+UseSerialGC",
                "-cp", Processes.EXTRACTED.resolve("phone82.jar").toString(), DatabaseServer.class.getName()));
        command.addAll(List.of("--address", "127.0.0.1", "--port", String.valueOf(storePort), "--silent", "true", "--dbname.0", "store",
                "--database.0", "file:" + folder.resolve("store/db") + ";user=store;password=demo-store;hsqldb.tx=mvcc;hsqldb.write_delay=false;hsqldb.default_table_type=cached",
                "--tls", "true"));
        ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.appendTo(folder.resolve("store.txt").toFile()));
        process.environment().putAll(Map.of("PHONE82_TLS_CERTIFICATE", secret.resolve("tls.crt").toString(), "PHONE82_TLS_KEY", secret.resolve("tls.key").toString()));
        store = process.start();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        if (store != null) {
            store.destroyForcibly();
        }
        stop();
    }
}
