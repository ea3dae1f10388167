package phone82.drill;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A network path to a port that can be cut, or swallow what is sent on it, and be mended. */
final class Gate {

    private final Vertx vertx;
    private final int target;
    private final int port;
    private final NetClient client;
    private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();
    private NetServer server;
    private volatile boolean swallowing;

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

    /** Lets nothing pass any more and tells nobody, as the network of a machine that is gone; the connections never come back. */
    void swallow() {
        swallowing = true;
        open.forEach(NetSocket::pause);
        open.clear();
    }

    void mend() {
        if (swallowing) {
            swallowing = false;
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
        if (swallowing) {
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
