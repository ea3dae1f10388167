package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.util.NetUtil;
import phone82.platform.api.Json;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** An HTTP client that sends its requests byte by byte, so that no library corrects them. */
public final class RawHttp {

    private final int port;
    private final InetAddress client;

    public RawHttp(int port) {
        this(port, InetAddress.getLoopbackAddress());
    }

    private RawHttp(int port, InetAddress client) {
        this.port = port;
        this.client = client;
    }

    /** The same port for another client with an address of its own. */
    public RawHttp from(String address) {
        return new RawHttp(port, NetUtil.createInetAddressFromIpAddressString(address));
    }

    /** An answer; the names of its headers are in lower case. */
    public record Answer(int status, Map<String, String> headers, byte[] body) {

        public JsonNode json() {
            try {
                return Json.read(body);
            } catch (IOException e) {
                throw new AssertionError("no JSON: " + text(), e);
            }
        }

        public String text() {
            return new String(body, UTF_8);
        }

        /** The status of an answer that must be a problem. */
        public int problem() {
            assertThat(headers.get("content-type")).as("%d %s", status, text()).isEqualTo("application/problem+json");
            assertThat(json().path("status").asInt()).isEqualTo(status);
            assertThat(json().path("title").asText()).isNotBlank();
            assertThat(json().path("detail").asText()).isNotBlank();
            return status;
        }

        @Override
        public String toString() {
            return status + " " + headers + " " + text();
        }
    }

    /** The answer to a request on its own connection; null if the connection is closed without one. */
    public Answer once(String request) {
        return once(request.getBytes(UTF_8));
    }

    public Answer once(byte[] request) {
        try (Connection connection = connect()) {
            connection.send(request);
            return connection.answer();
        }
    }

    public Connection connect() {
        try {
            return new Connection(client, port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One connection; not for several threads. */
    public static final class Connection implements AutoCloseable {

        private final Socket socket = new Socket();
        private final InputStream in;

        private Connection(InetAddress client, int port) throws IOException {
            socket.bind(new InetSocketAddress(client, 0));
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
            in = new BufferedInputStream(socket.getInputStream());
        }

        public void send(String bytes) {
            send(bytes.getBytes(UTF_8));
        }

        /** Ignores a connection closed by the server: the answer, or its absence, shows the result. */
        public void send(byte[] bytes) {
            try {
                socket.getOutputStream().write(bytes);
            } catch (IOException e) {
                assertThat(e.getMessage()).matches("Broken pipe|Connection reset.*");
            }
        }

        public Answer answer() {
            return answer(false);
        }

        /** The next answer; null if the connection is closed instead. */
        public Answer answer(boolean toHead) {
            try {
                Answer answer;
                do {
                    String statusLine = line();
                    if (statusLine == null) {
                        return null;
                    }
                    assertThat(statusLine).matches("HTTP/1\\.[01] [1-5]\\d\\d .*");
                    int status = Integer.parseInt(statusLine.substring(9, 12));
                    Map<String, String> headers = new HashMap<>();
                    for (String line = line(); line != null && !line.isEmpty(); line = line()) {
                        int colon = line.indexOf(':');
                        headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
                    }
                    boolean empty = toHead || status < 200 || status == 204 || status == 304;
                    answer = new Answer(status, headers, empty ? new byte[0] : body(headers));
                } while (answer.status < 200);
                return answer;
            } catch (EOFException e) {
                throw new AssertionError("the answer is cut off", e);
            } catch (IOException e) {
                assertThat(e.getMessage()).startsWith("Connection reset");
                return null;
            }
        }

        private byte[] body(Map<String, String> headers) throws IOException {
            if ("chunked".equals(headers.get("transfer-encoding"))) {
                ByteArrayOutputStream body = new ByteArrayOutputStream();
                for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
                    body.write(exactly(size));
                    line();
                }
                line();
                return body.toByteArray();
            }
            return exactly(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        }

        private byte[] exactly(int size) throws IOException {
            byte[] bytes = in.readNBytes(size);
            if (bytes.length < size) {
                throw new EOFException();
            }
            return bytes;
        }

        /** The line without its terminator; null at the end of the stream. */
        private String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    return line.size() == 0 ? null : line.toString(ISO_8859_1);
                }
                line.write(b);
            }
            String text = line.toString(ISO_8859_1);
            return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
