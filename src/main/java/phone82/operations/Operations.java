package phone82.operations;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import phone82.platform.health.Check;
import phone82.platform.http.HttpServer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Optional;

/** The operator's port, one per JVM, for all contexts that run in it. */
public class Operations {

    private final HttpServer server;
    private final Health health;
    private final Operators operators;
    private final PrometheusMeterRegistry metrics;
    private final Peers peers;

    /** @param anyPort whether another port will do where the usual one is taken (by the next process on the same machine) */
    Operations(HttpServer server, boolean anyPort, Health health, Operators operators, PrometheusMeterRegistry metrics, Peers peers) {
        this.server = server;
        this.health = health;
        this.operators = operators;
        this.metrics = metrics;
        this.peers = peers;
        server.prepare();
        if (anyPort) {
            server.listenAnywhere();
        } else {
            server.listen();
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.address();
    }

    /** The operator's user and password, where they were made up for this start. */
    public Optional<String> login() {
        return operators.isPasswordGenerated() ? Optional.of("user " + operators.user() + ", password " + operators.password()) : Optional.empty();
    }

    /** The figures of this JVM; each context adds its own. */
    public PrometheusMeterRegistry metrics() {
        return metrics;
    }

    /** Names the contexts that are about to start; until they have, this process is not ready. */
    public void expect(Collection<String> contexts) {
        health.expect(contexts);
        InetSocketAddress at = address();
        peers.announce(Peers.at(at.getAddress().isAnyLocalAddress() ? new InetSocketAddress(InetAddress.getLoopbackAddress(), at.getPort()) : at), contexts);
    }

    /** A context is up. */
    public void add(String context, Collection<Check> checks) {
        health.add(context, checks);
    }

    /** The contexts are about to stop: no more work is to be sent here. */
    public void stopping() {
        health.stopping();
    }
}
