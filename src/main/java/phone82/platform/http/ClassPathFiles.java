package phone82.platform.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.ConcurrentReferenceHashMap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Sends files from the class path to browsers, compressed, and only if they have changed. It must not run on the event loop. */
public final class ClassPathFiles {

    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8", "json", "application/json", "md", "text/markdown; charset=utf-8", "svg", "image/svg+xml", "ico", "image/x-icon",
            "ttf", "font/ttf", "woff2", "font/woff2");

    /** Soft references, as the console's files are large and rarely used. */
    private final Map<String, Content> contents = new ConcurrentReferenceHashMap<>();

    /** A file, plain and compressed. The ETag is weak, because it is the same for both. */
    private record Content(String etag, Buffer whole, Buffer compressed) {
    }

    /**
     * Sends the file, or 304 if the client has it.
     *
     * @return whether the file exists
     */
    public boolean send(RoutingContext context, String file, String cacheControl) {
        String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
        Content content = type == null ? null : contents.computeIfAbsent(file, ClassPathFiles::read);
        if (content == null) {
            return false;
        }
        HttpServerResponse response = context.response()
                .putHeader(HttpHeaders.ETAG, content.etag)
                .putHeader(HttpHeaders.VARY, "Accept-Encoding")
                .putHeader(HttpHeaders.CACHE_CONTROL, cacheControl)
                .putHeader(HttpHeaders.CONTENT_TYPE, type);
        if (has(content.etag, context.request().headers().getAll(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
        } else if (ListHeader.acceptsGzip(context.request().headers().getAll(HttpHeaders.ACCEPT_ENCODING))) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip").end(content.compressed);
        } else {
            response.end(content.whole);
        }
        return true;
    }

    /** Compares weakly, as RFC 9110 (13.1.2) asks for. */
    private static boolean has(String etag, List<String> ifNoneMatch) {
        return ListHeader.elements(ifNoneMatch).anyMatch(tag -> tag.equals("*") || tag.equals(etag) || ("W/" + tag).equals(etag));
    }

    private static Content read(String file) {
        ClassPathResource resource = new ClassPathResource(file);
        if (!resource.exists()) {
            return null;
        }
        try (InputStream in = resource.getInputStream()) {
            byte[] bytes = in.readAllBytes();
            ByteArrayOutputStream compressed = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
                gzip.write(bytes);
            }
            String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 8);
            return new Content("W/\"" + digest + '"', Buffer.buffer(bytes), Buffer.buffer(compressed.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
