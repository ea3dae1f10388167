package phone82.platform.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.apache.commons.codec.digest.DigestUtils;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * A content for browsers, plain and compressed.
 *
 * @param etag weak, because it is the same for both; null for a content that is sent once
 */
public record Content(String type, String etag, Buffer whole, Buffer compressed) {

    /** A content that a client may keep, and revalidate. */
    public static Content of(String type, byte[] bytes) {
        return new Content(type, "W/\"" + DigestUtils.sha256Hex(bytes).substring(0, 16) + '"', Buffer.buffer(bytes), compress(bytes));
    }

    /** A content that is sent once. */
    public static Content once(String type, byte[] bytes) {
        return new Content(type, null, Buffer.buffer(bytes), compress(bytes));
    }

    private static Buffer compress(byte[] bytes) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(compressed.toByteArray());
    }

    /** Sends it, or 304 if the client has it. */
    public void send(RoutingContext context, String cacheControl) {
        HttpServerResponse response = context.response()
                .putHeader(HttpHeaders.VARY, "Accept-Encoding")
                .putHeader(HttpHeaders.CACHE_CONTROL, cacheControl)
                .putHeader(HttpHeaders.CONTENT_TYPE, type);
        if (etag != null) {
            response.putHeader(HttpHeaders.ETAG, etag);
        }
        // a condition counts only if the answer without it were 200 (RFC 9110, 13.2.1)
        if (response.getStatusCode() == 200 && etag != null && has(etag, context.request().headers().getAll(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
        } else if (ListHeader.acceptsGzip(context.request().headers().getAll(HttpHeaders.ACCEPT_ENCODING))) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip").end(compressed);
        } else {
            response.end(whole);
        }
    }

    /** Compares weakly, as RFC 9110 (13.1.2) asks for. */
    private static boolean has(String etag, List<String> ifNoneMatch) {
        return ListHeader.elements(ifNoneMatch).anyMatch(tag -> tag.equals("*") || tag.equals(etag) || ("W/" + tag).equals(etag));
    }
}
