package phone82.platform.http;

import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Limits whole calls of an HTTP client whose own timeouts are for each part of an answer: a call may last as long as its response timeout, and
 * the longest waits for a free connection and for a new one. The connection of a call that exceeds a limit is closed.
 */
public final class CallLimit implements ExecChainHandler {

    private final int mostBytes;
    private final Duration connect;

    /**
     * @param mostBytes a longer answer is a failure
     * @param connect   longest wait for a new connection
     */
    public CallLimit(int mostBytes, Duration connect) {
        this.mostBytes = mostBytes;
        this.connect = connect;
    }

    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain) throws IOException, HttpException {
        RequestConfig timeouts = scope.clientContext.getRequestConfigOrDefault();
        Call call = new Call((Cancellable) scope.originalRequest, timeouts.getConnectionRequestTimeout().toMilliseconds() + connect.toMillis()
                + timeouts.getResponseTimeout().toMilliseconds(), mostBytes);
        boolean answered = false;
        try {
            ClassicHttpResponse answer = chain.proceed(request, scope);
            if (answer.getEntity() != null) {
                answer.setEntity(new Body(answer.getEntity(), call));
                answered = true;
            }
            return answer;
        } catch (IOException e) {
            throw call.failure(e);
        } finally {
            if (!answered) {
                call.end();
            }
        }
    }

    /** The limits of one call. */
    private static final class Call {

        private final long longest;
        private final int mostBytes;
        private final Cancellable request;
        private final CompletableFuture<Void> time;

        Call(Cancellable request, long longest, int mostBytes) {
            this.request = request;
            this.longest = longest;
            this.mostBytes = mostBytes;
            time = new CompletableFuture<Void>().orTimeout(longest, TimeUnit.MILLISECONDS);
            time.whenComplete((ended, late) -> {
                if (late != null) {
                    abort();
                }
            });
        }

        void abort() {
            request.cancel();
        }

        void end() {
            time.complete(null);
        }

        IOException failure(IOException e) {
            return time.isCompletedExceptionally() ? (IOException) new SocketTimeoutException("no answer within " + longest + " ms").initCause(e) : e;
        }
    }

    private static final class Body extends HttpEntityWrapper {

        private final Call call;

        Body(HttpEntity entity, Call call) {
            super(entity);
            this.call = call;
        }

        @Override
        public InputStream getContent() throws IOException {
            InputStream content = super.getContent();
            return content == null ? null : new LimitedContent(content, call);
        }
    }

    private static final class LimitedContent extends FilterInputStream {

        private final Call call;
        private long bytes;

        LimitedContent(InputStream content, Call call) {
            super(content);
            this.call = call;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                int read = in.read(buffer, offset, length);
                bytes += Math.max(0, read);
                if (read < 0) {
                    call.end();
                }
                if (bytes <= call.mostBytes) {
                    return read;
                }
            } catch (IOException e) {
                throw call.failure(e);
            }
            // otherwise the client would read the rest before it closes the connection
            call.abort();
            throw new IOException("the answer has more than " + call.mostBytes + " bytes");
        }

        @Override
        public void close() throws IOException {
            try {
                in.close();
            } catch (IOException e) {
                throw call.failure(e);
            } finally {
                call.end();
            }
        }
    }
}
