package phone82.drill;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** A network path to a port that can be cut, silently blocked, and restored. */
final class Gate implements AutoCloseable {

    private static final Pattern URL = Pattern.compile("(.*localhost:)(\\d+)(/.*)");

    private final Vertx vertx = Vertx.vertx();
    private final int target;
    private final int port;
    private final NetClient client;
    private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
    private NetServer server;
    private volatile boolean blocking;

    Gate(int target) {
        this.target = target;
        client = vertx.createNetClient();
        port = listen(0);
    }

    /** The path to the database with this property, which is set to go through it. */
    static Gate toDatabase(Processes phone82, String property) {
        Matcher url = URL.matcher(phone82.get(property));
        assertThat(url.matches()).isTrue();
        Gate gate = new Gate(Integer.parseInt(url.group(2)));
        phone82.set("--" + property + "=" + url.group(1) + gate.port() + url.group(3));
        return gate;
    }

    int port() {
        return port;
    }

    /** Breaks every connection and refuses new ones. */
    void cut() {
        server.close().toCompletionStage().toCompletableFuture().join();
        open.forEach(NetSocket::close);
    }

    /** Drops all data without closing connections, like the network of a crashed machine; these connections never recover. */
    void block() {
        blocking = true;
        open.forEach(NetSocket::pause);
        open.clear();
    }

    void restore() {
        if (blocking) {
            blocking = false;
        } else {
            listen(port);
        }
    }

    @Override
    public void close() {
        vertx.close();
    }

    private int listen(int on) {
        server = vertx.createNetServer().connectHandler(this::pass);
        return server.listen(on, "127.0.0.1").toCompletionStage().toCompletableFuture().join().actualPort();
    }

    private void pass(NetSocket caller) {
        caller.pause();
        if (blocking) {
            return;
        }
        client.connect(target, "localhost").onSuccess(callee -> {
            open.add(caller);
            open.add(callee);
            caller.closeHandler(ended -> {
                open.remove(caller);
                open.remove(callee);
                callee.close();
            });
            caller.pipeTo(callee);
            callee.pipeTo(caller);
        }).onFailure(failure -> caller.close());
    }
}
