package phone82.journey;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** An HTTP server whose answers come in small parts and never end, or are very long. */
public final class DrippingServer implements AutoCloseable {

    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

    /** What of an answer does not end. */
    public enum Kind {
        HEAD("", "X-Slow: yes\r\n", 50, Integer.MAX_VALUE),
        BODY("Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", 50, Integer.MAX_VALUE),
        /** 64 MiB, as fast as the client reads them. */
        LONG_BODY("Transfer-Encoding: chunked\r\n\r\n", "10000\r\n" + " ".repeat(0x10000) + "\r\n", 0, 1024);

        private final String beginning;
        private final byte[] part;
        private final int pauseMillis;
        private final int parts;

        Kind(String beginning, String part, int pauseMillis, int parts) {
            this.beginning = beginning;
            this.part = part.getBytes(US_ASCII);
            this.pauseMillis = pauseMillis;
            this.parts = parts;
        }
    }

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private volatile Kind kind;

    public DrippingServer(Kind kind) {
        this(kind, 0);
    }

    /** @param port zero for any */
    public DrippingServer(Kind kind, int port) {
        this.kind = kind;
        try {
            server = new ServerSocket(port, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    public String url() {
        return "http://localhost:" + server.getLocalPort();
    }

    /** Changes what does not end, from the next answer on. */
    public void drip(Kind kind) {
        this.kind = kind;
    }

    /** The answers that have begun until now. */
    public int begun() {
        return begun.get();
    }

    /** The connections that no client has closed. */
    public int open() {
        return open.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                open.incrementAndGet();
                threads.execute(() -> answer(client));
            }
        } catch (IOException e) {
            // it is closed
        }
    }

    private void answer(Socket client) {
        try (client) {
            BufferedReader request = new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII));
            for (String line = request.readLine(); line != null && !line.isEmpty(); line = request.readLine()) {
                // reads the head
            }
            begun.incrementAndGet();
            Kind mine = kind;
            OutputStream out = client.getOutputStream();
            out.write((HEAD + mine.beginning).getBytes(US_ASCII));
            for (int i = 0; i < mine.parts && !over.await(mine.pauseMillis, TimeUnit.MILLISECONDS); i++) {
                out.write(mine.part);
            }
            out.write("0\r\n\r\n".getBytes(US_ASCII));
        } catch (IOException e) {
            // the client has closed the connection
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.decrementAndGet();
        }
    }

    @Override
    public void close() {
        over.countDown();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdown();
    }
}
