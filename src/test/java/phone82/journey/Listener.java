package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import phone82.platform.api.Json;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.assertj.core.api.Assertions.assertThat;

/** A client of the view's event stream. */
public final class Listener implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final InputStream stream;
    private volatile int heartBeats;
    private volatile boolean cutOff;

    /** One server-sent event. */
    public record Event(String id, String name, JsonNode data) {

        public String type() {
            return data.path("type").asText();
        }

        public long orderId() {
            return data.path("orderId").asLong();
        }
    }

    /** Returns when the stream has begun. */
    public Listener(String url, String lastEventId) {
        this(url, lastEventId, null);
    }

    /** @param token of its requests; null for none */
    Listener(String url, String lastEventId, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        try {
            HttpResponse<InputStream> answer = HTTP.send(request.build(), BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
            stream = answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        Thread thread = new Thread(this::listen, "listener");
        thread.setDaemon(true);
        thread.start();
    }

    private void listen() {
        String id = null;
        String name = null;
        String data = null;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() && data != null) {
                    if (name.equals("heart-beat")) {
                        heartBeats++;
                    } else {
                        events.add(new Event(id, name, Json.read(data, JsonNode.class)));
                    }
                    data = null;
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data = line.substring(6);
                }
            }
        } catch (IOException closed) {
            // closed by either side
        }
        cutOff = true;
    }

    public List<Event> events() {
        return events;
    }

    /** The types of one order's events, in the order in which they came. */
    public List<String> typesOf(long orderId) {
        return events.stream().filter(event -> event.orderId() == orderId).map(Event::type).toList();
    }

    public int heartBeats() {
        return heartBeats;
    }

    public boolean isCutOff() {
        return cutOff;
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
