package phone82.drill;

import phone82.drill.Network.Machine;
import phone82.journey.Phone82Extension;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A PostgreSQL primary and two standbys, of which one must have each commit before it is answered. The drill does what CloudNativePG does in a
 * cluster: it promotes the standby that has most, points the other one at it, and makes a standby of a primary that was lost.
 */
final class PostgreSqlCluster implements AutoCloseable {

    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final Path PROGRAMS = programs();
    private static final String SUPERUSER = "postgres";

    /** A server with its data folder. */
    static final class Server {

        private final String name;
        private final Path data;
        private final Machine machine;
        private final int port = Phone82Extension.freePort();

        private Server(Path folder, String name, Machine machine) {
            this.name = name;
            this.machine = machine;
            data = folder.resolve(name);
        }

        Machine machine() {
            return machine;
        }

        private String address() {
            return machine.address() + ":" + port;
        }

        private String conninfo() {
            return "host=" + machine.address() + " port=" + port + " user=" + SUPERUSER;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private final Path folder;
    private final List<Server> servers = new ArrayList<>();
    private final List<Server> standbys = new ArrayList<>();
    private Server primary;

    /**
     * @param network   on which each server gets a machine
     * @param databases the names of the databases, each of an owner of the same name
     */
    PostgreSqlCluster(Path folder, Network network, List<String> databases) throws IOException, InterruptedException, SQLException {
        this.folder = Files.createDirectories(folder);
        for (String name : NAMES) {
            servers.add(new Server(folder, name, network.machine()));
        }
        primary = servers.get(0);
        run("initdb", "--auth=trust", "--username=" + SUPERUSER, "--encoding=UTF8", "--pgdata", primary.data.toString());
        Files.writeString(primary.data.resolve("postgresql.conf"), """
                unix_socket_directories = ''
                max_connections = 200
                shared_buffers = 32MB
                wal_keep_size = 512MB
                """);
        Files.writeString(primary.data.resolve("pg_hba.conf"), """
                host all all 127.0.0.0/8 trust
                host replication all 127.0.0.0/8 trust
                """);
        start(primary);
        try (Connection connection = superuser(primary); Statement statement = connection.createStatement()) {
            for (String database : databases) {
                statement.execute("create role " + database + " login password 'demo-" + database + "'");
                statement.execute("create database " + database + " owner " + database);
            }
        }
        for (Server standby : servers.subList(1, servers.size())) {
            join(standby);
        }
        try (Connection connection = superuser(primary); Statement statement = connection.createStatement()) {
            statement.execute("alter system set synchronous_standby_names = 'ANY 1 (" + String.join(", ", NAMES) + ")'");
            statement.execute("select pg_reload_conf()");
        }
        for (Server standby : standbys) {
            setting(standby, "synchronous_standby_names", "ANY 1 (" + String.join(", ", NAMES) + ")");
        }
    }

    /** Debian keeps them out of the path. */
    private static Path programs() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.map(version -> version.resolve("bin")).filter(bin -> Files.isExecutable(bin.resolve("pg_basebackup")))
                    .max(Comparator.comparing(Path::toString)).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL is needed: apt-get install --no-install-recommends postgresql", e);
        }
    }

    /** The URL of a database: whichever server is the primary. */
    String url(String database) {
        return servers.stream().map(Server::address).collect(Collectors.joining(",", "jdbc:postgresql://", "/"))
                + database + "?targetServerType=primary";
    }

    Server primary() {
        return primary;
    }

    /** {@code kill -9} of all processes of a server. */
    void kill(Server server) throws IOException {
        List<ProcessHandle> all = processes(server);
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(process -> process.onExit().join());
    }

    /** Stops all processes of a server in the middle of what they do, without ending them. */
    void freeze(Server server) throws IOException, InterruptedException {
        signal("-STOP", processes(server));
    }

    /** Continues a frozen server, which does not know what has happened meanwhile. */
    void thaw(Server server) throws IOException, InterruptedException {
        signal("-CONT", processes(server));
    }

    static void signal(String signal, List<ProcessHandle> processes) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        processes.forEach(process -> command.add(String.valueOf(process.pid())));
        boolean signalled = new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        // a connection's process may have ended just now
        assertThat(signalled || processes.stream().anyMatch(process -> !process.isAlive())).isTrue();
    }

    private static List<ProcessHandle> processes(Server server) throws IOException {
        String pid = Files.readAllLines(server.data.resolve("postmaster.pid")).get(0).trim();
        ProcessHandle postmaster = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
        return Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
    }

    /** Makes the standby that has received most the primary, and the other one its standby. */
    void failOver() throws IOException, InterruptedException, SQLException {
        Server next = standbys.get(0);
        for (Server standby : standbys) {
            if (received(standby) > received(next)) {
                next = standby;
            }
        }
        run("pg_ctl", "promote", "--wait", "--pgdata", next.data.toString());
        standbys.remove(next);
        primary = next;
        for (Server standby : standbys) {
            setting(standby, "primary_conninfo", primary.conninfo() + " application_name=" + standby.name);
        }
    }

    /** Makes a server whose data is of no more use a standby of the primary. */
    void rejoin(Server server) throws IOException, InterruptedException, SQLException {
        try (Stream<Path> files = Files.walk(server.data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
        join(server);
    }

    private void join(Server standby) throws IOException, InterruptedException, SQLException {
        run("pg_basebackup", "--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream", "--pgdata", standby.data.toString(),
                "--dbname", primary.conninfo() + " application_name=" + standby.name);
        start(standby);
        standbys.add(standby);
        await().atMost(Duration.ofSeconds(30)).until(() -> query(primary, "select count(*) from pg_stat_replication where state = 'streaming'"
                + " and application_name = '" + standby.name + "'") == 1);
    }

    /**
     * Attempts a write at a server that was the primary.
     *
     * @return whether the server confirmed it
     */
    boolean confirmsWrites(Server zombie) {
        Properties limits = new Properties();
        limits.setProperty("user", SUPERUSER);
        limits.setProperty("connectTimeout", "2");
        limits.setProperty("socketTimeout", "5");
        try (Connection connection = DriverManager.getConnection("jdbc:postgresql://" + zombie.address() + "/postgres", limits);
             Statement statement = connection.createStatement()) {
            statement.execute("create table confirmed (at timestamp)");
            return true;
        } catch (SQLException unconfirmed) {
            return false;
        }
    }

    /** The number of connections to the contexts' databases at a server. */
    long connections(Server server) throws SQLException {
        return query(server, "select count(*) from pg_stat_activity where datname is not null and datname <> 'postgres'");
    }

    /** The number that a statement returns from a database of the primary. */
    long number(String database, String sql) throws SQLException {
        return query(primary, database, sql);
    }

    /** The servers that follow the primary. */
    List<Server> standbys() {
        return List.copyOf(standbys);
    }

    private static long received(Server standby) throws SQLException {
        return query(standby, "select pg_wal_lsn_diff(coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0')::bigint");
    }

    private static void setting(Server server, String name, String value) throws SQLException {
        try (Connection connection = superuser(server); Statement statement = connection.createStatement()) {
            statement.execute("alter system set " + name + " = '" + value + "'");
            statement.execute("select pg_reload_conf()");
        }
    }

    private static long query(Server server, String sql) throws SQLException {
        return query(server, "postgres", sql);
    }

    private static long query(Server server, String database, String sql) throws SQLException {
        try (Connection connection = superuser(server, database); Statement statement = connection.createStatement(); ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    private static Connection superuser(Server server) throws SQLException {
        return superuser(server, "postgres");
    }

    private static Connection superuser(Server server, String database) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://" + server.address() + "/" + database + "?connectTimeout=2&socketTimeout=10", SUPERUSER, null);
    }

    private void start(Server server) throws IOException, InterruptedException {
        run(folder.resolve("programs.txt"), server.machine, "pg_ctl", "start", "--wait", "--pgdata", server.data.toString(),
                "--log", folder.resolve(server.name + ".txt").toString(), "--options", "-c listen_addresses=" + server.machine.address() + " -p " + server.port);
    }

    private void run(String program, String... arguments) throws IOException, InterruptedException {
        run(folder.resolve("programs.txt"), program, arguments);
    }

    /** PostgreSQL refuses to run as root, so root becomes nobody for it. */
    static void run(Path log, String program, String... arguments) throws IOException, InterruptedException {
        run(log, Network.HERE, program, arguments);
    }

    private static void run(Path log, Machine machine, String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(System.getProperty("user.name").equals("root") ? List.of("unshare", "--user") : List.of());
        command.add(program.contains("/") ? program : PROGRAMS.resolve(program).toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = machine.on(new ProcessBuilder(command)).redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile()));
        builder.environment().merge("PATH", PROGRAMS.toString(), (path, own) -> own + ":" + path);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", command).isTrue();
        assertThat(process.exitValue()).as("%s, see %s", command, log).isZero();
    }

    @Override
    public void close() {
        for (Server server : servers) {
            try {
                if (Files.exists(server.data.resolve("postmaster.pid"))) {
                    kill(server);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
