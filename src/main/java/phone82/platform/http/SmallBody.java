package phone82.platform.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.handler.HttpException;

/** Reads bodies that no {@code BodyHandler} reads, within a limit, which {@code HttpServerRequest.body()} does not have. */
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
        Promise<Buffer> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        request.exceptionHandler(whole::tryFail).endHandler(end -> whole.tryComplete(body)).handler(part -> {
            if (body.length() + part.length() <= MOST) {
                body.appendBuffer(part);
            } else {
                whole.tryFail(new HttpException(413));
            }
        });
        return whole.future();
    }
}
