package phone82.operations;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import phone82.platform.audit.Audit;
import phone82.platform.health.Check;
import phone82.platform.http.HttpServer;
import phone82.platform.identity.OperatorsPort;
import phone82.platform.repair.Repair;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.Optional;

/** The operator's port of a JVM, shared by all contexts in it. */
public class Operations {

    private final HttpServer server;
    private final Health health;
    private final Operators operators;
    private final PrometheusMeterRegistry metrics;
    private final Peers peers;
    private final Audit audit;
    private final Repairs repairs;

    /** @param anyPort whether to use any free port if the usual one is taken (by another process on this machine) */
    Operations(HttpServer server, boolean anyPort, Health health, Operators operators, PrometheusMeterRegistry metrics, Peers peers, Audit audit,
               Repairs repairs) {
        this.server = server;
        this.health = health;
        this.operators = operators;
        this.metrics = metrics;
        this.peers = peers;
        this.audit = audit;
        this.repairs = repairs;
        Gauge.builder("phone82.audit.failing", audit, each -> each.isFailing() ? 1 : 0).description("1 while the audit cannot be written").register(metrics);
        server.prepare();
        if (anyPort) {
            server.listenAnywhere();
        } else {
            server.listen();
        }
    }

    /** The address that the port listens on. */
    public InetSocketAddress address() {
        return server.address();
    }

    /** The URL of the port on this machine. */
    URI url() {
        InetSocketAddress at = address();
        return OperatorsPort.at(server.scheme(), at.getAddress().isAnyLocalAddress() ? new InetSocketAddress(InetAddress.getLoopbackAddress(), at.getPort()) : at);
    }

    /** The operator's user and password, if the password was generated at this start. */
    public Optional<String> login() {
        return operators.isPasswordGenerated() ? Optional.of("user " + operators.user() + ", password " + operators.password()) : Optional.empty();
    }

    /** The metrics of this JVM; each context adds its own. */
    public PrometheusMeterRegistry metrics() {
        return metrics;
    }

    /** The audit of this JVM. */
    public Audit audit() {
        return audit;
    }

    /** Announces the contexts that are about to start; until all of them have started, this process is not ready. */
    public void expect(Collection<String> contexts) {
        health.expect(contexts);
        audit.open(contexts);
        peers.announce(url(), contexts);
    }

    /** Registers a context that has started. */
    public void add(String context, Collection<Check> checks, Collection<Repair> repairs) {
        health.add(context, checks);
        this.repairs.add(context, repairs);
    }

    /** Makes this process not ready, because its contexts are about to stop. */
    public void stopping() {
        health.stopping();
    }
}
