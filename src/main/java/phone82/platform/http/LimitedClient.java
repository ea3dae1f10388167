package phone82.platform.http;

import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * Java's HTTP client with limits for the whole answer, if the body handler reads it to its end. Java's own timeout of a request ends with the head
 * of the answer, and nothing limits its size. The connection of a call that exceeds a limit is closed. Each request needs a timeout.
 */
public final class LimitedClient extends HttpClient {

    /** In seconds; Java reads it once. The default is 20 minutes in Java 17. */
    private static final String KEEP_ALIVE = "jdk.httpclient.keepalive.timeout";

    static {
        // idle connections must end before the other side does, which serves on for a while after it has announced its stop
        if (System.getProperty(KEEP_ALIVE) == null) {
            System.setProperty(KEEP_ALIVE, "3");
        }
    }

    private final HttpClient client;
    private final int mostBytes;

    /**
     * @param connect   longest wait for a connection
     * @param mostBytes a longer answer is a failure
     */
    public LimitedClient(Duration connect, int mostBytes) {
        this(connect, mostBytes, null);
    }

    /** @param trusted decides which servers the client trusts; null for Java's default */
    public LimitedClient(Duration connect, int mostBytes, SSLContext trusted) {
        Builder builder = HttpClient.newBuilder().version(Version.HTTP_1_1).connectTimeout(connect);
        this.client = trusted == null ? builder.build() : builder.sslContext(trusted).build();
        this.mostBytes = mostBytes;
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> reader) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<T>> call = sendAsync(request, reader);
        try {
            return call.get();
        } catch (InterruptedException e) {
            call.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> reader) {
        long longest = request.timeout().orElseThrow(() -> new IllegalArgumentException("the request has no timeout")).toMillis();
        CompletableFuture<HttpResponse<T>> call = client.sendAsync(request, head -> new LimitedBody<>(reader.apply(head), mostBytes));
        CompletableFuture<HttpResponse<T>> result = call.copy().orTimeout(longest, TimeUnit.MILLISECONDS).handle((answer, failure) -> {
            if (failure == null) {
                return answer;
            }
            // closes the connection
            call.cancel(true);
            Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            throw new CompletionException(cause instanceof TimeoutException ? new HttpTimeoutException("request timed out") : cause);
        });
        result.whenComplete((answer, failure) -> {
            if (result.isCancelled()) {
                call.cancel(true);
            }
        });
        return result;
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, BodyHandler<T> reader, PushPromiseHandler<T> pushed) {
        throw new UnsupportedOperationException("HTTP/1.1 has no pushed answers");
    }

    /** Passes the body on until it is too long. */
    private static final class LimitedBody<T> implements BodySubscriber<T> {

        private final BodySubscriber<T> reader;
        private final int most;
        private Subscription subscription;
        private long bytes;

        LimitedBody(BodySubscriber<T> reader, int most) {
            this.reader = reader;
            this.most = most;
        }

        @Override
        public CompletionStage<T> getBody() {
            return reader.getBody();
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            this.subscription = subscription;
            reader.onSubscribe(subscription);
        }

        @Override
        public void onNext(List<ByteBuffer> part) {
            if (bytes > most) {
                return;
            }
            bytes += part.stream().mapToLong(ByteBuffer::remaining).sum();
            if (bytes > most) {
                subscription.cancel();
                reader.onError(new IOException("the answer has more than " + most + " bytes"));
            } else {
                reader.onNext(part);
            }
        }

        @Override
        public void onError(Throwable failure) {
            reader.onError(failure);
        }

        @Override
        public void onComplete() {
            reader.onComplete();
        }
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return client.cookieHandler();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return client.connectTimeout();
    }

    @Override
    public Redirect followRedirects() {
        return client.followRedirects();
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return client.proxy();
    }

    @Override
    public SSLContext sslContext() {
        return client.sslContext();
    }

    @Override
    public SSLParameters sslParameters() {
        return client.sslParameters();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return client.authenticator();
    }

    @Override
    public Version version() {
        return client.version();
    }

    @Override
    public Optional<Executor> executor() {
        return client.executor();
    }
}
