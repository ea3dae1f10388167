package phone82.platform.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.streams.ReadStream;
import io.vertx.ext.web.handler.HttpException;

import java.io.IOException;
import java.util.function.Supplier;

/** Reads bodies that no {@code BodyHandler} reads, within a limit, which {@code HttpServerRequest.body()} and {@code HttpClientResponse.body()} do not have. */
public final class SmallBody {

    private static final int MOST = 65_536;

    private SmallBody() {
    }

    /** Fails with status 413 if the body has more than 64 KiB. */
    public static Future<Buffer> of(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > MOST) {
            return Future.failedFuture(new HttpException(413));
        }
        return read(request, MOST, () -> new HttpException(413));
    }

    /** Fails if the answer has more bytes. The caller then resets the request. */
    public static Future<Buffer> of(HttpClientResponse answer, int mostBytes) {
        return read(answer, mostBytes, () -> new IOException("the answer has more than " + mostBytes + " bytes"));
    }

    private static Future<Buffer> read(ReadStream<Buffer> stream, int most, Supplier<Exception> tooLong) {
        Promise<Buffer> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        stream.exceptionHandler(whole::tryFail).endHandler(end -> whole.tryComplete(body)).handler(part -> {
            if (body.length() + part.length() <= most) {
                body.appendBuffer(part);
            } else {
                whole.tryFail(tooLong.get());
            }
        });
        return whole.future();
    }
}
