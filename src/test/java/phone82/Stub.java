package phone82;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import static java.nio.charset.StandardCharsets.UTF_8;

/** An HTTP server that answers as a test says, each request on a thread of its own. */
public final class Stub implements AutoCloseable {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<String> paths = new HashSet<>();
    private final HttpServer server;

    /** Answers a request; the client waits until the exchange is closed. */
    @FunctionalInterface
    public interface Handler {
        void handle(HttpExchange request) throws IOException, InterruptedException;
    }

    public Stub() {
        this(0);
    }

    public Stub(int port) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.start();
    }

    /** Answers the requests whose paths begin like this, in place of an earlier handler for the path. */
    public Stub on(String path, Handler handler) {
        if (!paths.add(path)) {
            server.removeContext(path);
        }
        server.createContext(path, request -> {
            try {
                handler.handle(request);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
        return this;
    }

    public static void answer(HttpExchange request, int status) throws IOException {
        request.sendResponseHeaders(status, -1);
        request.close();
    }

    public static void answer(HttpExchange request, int status, String json) throws IOException {
        byte[] body = json.getBytes(UTF_8);
        request.getResponseHeaders().set("Content-Type", "application/json");
        request.sendResponseHeaders(status, body.length);
        request.getResponseBody().write(body);
        request.close();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String url() {
        return "http://localhost:" + port();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
