package phone82.drill;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A network path to a port that can be cut, silently blocked, and restored. */
final class Gate {

    private final Vertx vertx;
    private final int target;
    private final int port;
    private final NetClient client;
    private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
    private NetServer server;
    private volatile boolean blocking;

    Gate(Vertx vertx, int target) {
        this.vertx = vertx;
        this.target = target;
        client = vertx.createNetClient();
        port = listen(0);
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
