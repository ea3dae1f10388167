package phone82.drill;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;

import java.util.Set;

/** A proxy for HTTP requests between two processes that can act on them. */
final class Tap {

    /** Acts on the requests that pass a tap; a request waits meanwhile. */
    interface Observer {

        /** @return whether the request is passed on to its target */
        boolean before(String tap, String request);

        /** @return whether the answer is passed on to the caller */
        boolean after(String tap, String request);
    }

    private static final Set<String> PER_HOP = Set.of("connection", "transfer-encoding", "content-length", "keep-alive");

    private final String name;
    private final int target;
    private final Observer observer;
    private final Vertx vertx;
    private final HttpClient client;
    private final int port;

    Tap(Vertx vertx, String name, int target, Observer observer) {
        this.vertx = vertx;
        this.name = name;
        this.target = target;
        this.observer = observer;
        client = vertx.createHttpClient();
        port = vertx.createHttpServer().requestHandler(this::take).listen(0, "127.0.0.1")
                .toCompletionStage().toCompletableFuture().join().actualPort();
    }

    String url() {
        return "http://localhost:" + port;
    }

    private void take(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            String text = request.method() + " " + request.uri() + "\n" + request.headers() + "\n" + body;
            vertx.executeBlocking(() -> observer.before(name, text), false)
                    .onSuccess(goesOn -> {
                        if (goesOn) {
                            forward(request, body, text);
                        } else {
                            request.connection().close();
                        }
                    });
        });
    }

    private void forward(HttpServerRequest request, Buffer body, String text) {
        client.request(new RequestOptions().setHost("localhost").setPort(target).setMethod(request.method()).setURI(request.uri()))
                .compose(call -> {
                    request.headers().forEach((header, value) -> {
                        if (!PER_HOP.contains(header.toLowerCase())) {
                            call.putHeader(header, value);
                        }
                    });
                    return call.send(body);
                })
                .compose(answer -> answer.body().compose(content -> vertx.executeBlocking(() -> observer.after(name, text), false)
                        .onSuccess(goesOn -> {
                            if (goesOn) {
                                request.response().setStatusCode(answer.statusCode());
                                answer.headers().forEach((header, value) -> {
                                    if (!PER_HOP.contains(header.toLowerCase())) {
                                        request.response().putHeader(header, value);
                                    }
                                });
                                request.response().end(content);
                            } else {
                                request.connection().close();
                            }
                        })))
                .onFailure(failure -> request.connection().close());
    }
}
