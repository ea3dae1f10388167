package phone82.drill;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Machines on this machine: each is a network namespace with an address of its own, and all are connected by a bridge. A port of the bridge can be
 * shut, so that packets from and to a machine vanish: its peers get neither an answer nor an error. The addresses are in 127.0.0.0/8, so that
 * the processes need no other settings than on one machine.
 * <p>
 * Without the permission to create namespaces all machines are this one, and none can be cut off.
 */
final class Network implements AutoCloseable {

    private static final int FIRST = 100;
    private static final int LAST = 250;
    /** Bridge ports, as in {@code man bridge}. */
    private static final int DISABLED = 0;
    private static final int FORWARDING = 3;
    /** Attempts to find an address before a packet is refused: one a second, so that a drill does not end before. */
    private static final int FOREVER = 100_000;

    /** This machine, with an address that all machines reach. */
    private final Machine host;
    /** The name of the bridge; null if all machines are this one. */
    private final String bridge;
    private final List<Machine> machines = new ArrayList<>();

    /** A machine and its address. */
    static final class Machine {

        private final String name;
        private final String address;

        private Machine(String name, String address) {
            this.name = name;
            this.address = address;
        }

        String address() {
            return address;
        }

        /** Changes a command so that the process runs on this machine. */
        ProcessBuilder on(ProcessBuilder process) {
            if (name != null) {
                process.command().addAll(0, List.of("ip", "netns", "exec", name));
            }
            return process;
        }
    }

    /** A process that nobody cuts off runs here. */
    static final Machine HERE = new Machine(null, "127.0.0.1");

    Network() throws IOException, InterruptedException {
        int number = mayBeCut() ? freeNumber() : 0;
        bridge = number == 0 ? null : "phone82-" + number;
        host = number == 0 ? HERE : new Machine(null, "127." + number + ".0.1");
        if (bridge != null) {
            configure(List.of(), bridge, host.address);
        }
    }

    /** Whether this user may create network namespaces. */
    static boolean mayBeCut() throws IOException, InterruptedException {
        String trial = "phone82-" + ProcessHandle.current().pid();
        try {
            return runs("ip", "netns", "add", trial) && runs("ip", "netns", "delete", trial);
        } catch (IOException withoutProgram) {
            return false;
        }
    }

    private static int freeNumber() throws IOException, InterruptedException {
        for (int number = FIRST; number <= LAST; number++) {
            if (runs("ip", "link", "add", "phone82-" + number, "type", "bridge")) {
                return number;
            }
        }
        throw new IllegalStateException("no free name for a bridge; ip link delete those that are left over from killed drills");
    }

    /** This machine, to be reached from the others. */
    Machine host() {
        return host;
    }

    /** Adds a machine. */
    Machine machine() throws IOException, InterruptedException {
        if (bridge == null) {
            return HERE;
        }
        int number = machines.size() + 2;
        String name = bridge + "-" + number;
        Machine machine = new Machine(name, host.address.replaceFirst("1$", String.valueOf(number)));
        machines.add(machine);
        run("ip", "netns", "add", name);
        run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name);
        run("ip", "link", "set", name, "master", bridge, "up");
        run("ip", "-n", name, "link", "set", "lo", "up");
        configure(List.of("ip", "netns", "exec", name), "eth0", machine.address);
        return machine;
    }

    /** Gives an interface its address, and lets it carry addresses that otherwise never leave a machine. */
    private static void configure(List<String> within, String device, String address) throws IOException, InterruptedException {
        String network = address.substring(0, address.lastIndexOf('.')) + ".0/24";
        for (String command : List.of(
                "sysctl -q -w net.ipv4.conf.%1$s.route_localnet=1 net.ipv4.neigh.%1$s.mcast_solicit=%4$d net.ipv4.neigh.%1$s.ucast_solicit=%4$d",
                "ip address add %2$s/24 dev %1$s",
                "ip link set %1$s up",
                "ip route add %3$s dev %1$s src %2$s table local")) {
            List<String> words = new ArrayList<>(within);
            words.addAll(List.of(command.formatted(device, address, network, FOREVER).split(" ")));
            run(words.toArray(String[]::new));
        }
    }

    /** Lets all packets from and to a machine vanish. */
    void cutOff(Machine machine) throws IOException, InterruptedException {
        run("bridge", "link", "set", "dev", machine.name, "state", String.valueOf(DISABLED));
    }

    /** Connects a machine again. */
    void connect(Machine machine) throws IOException, InterruptedException {
        run("bridge", "link", "set", "dev", machine.name, "state", String.valueOf(FORWARDING));
    }

    private static void run(String... command) throws IOException, InterruptedException {
        assertThat(runs(command)).as("%s succeeds", String.join(" ", command)).isTrue();
    }

    private static boolean runs(String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.DISCARD);
        builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
        return builder.start().waitFor() == 0;
    }

    /** Ends the machines; sockets without a process would otherwise keep them for a while. */
    @Override
    public void close() throws IOException, InterruptedException {
        for (Machine machine : machines) {
            run("ip", "link", "delete", machine.name);
            run("ip", "netns", "delete", machine.name);
        }
        if (bridge != null) {
            run("ip", "link", "delete", bridge);
        }
    }
}
