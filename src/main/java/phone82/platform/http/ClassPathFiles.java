package phone82.platform.http;

import io.vertx.ext.web.RoutingContext;
import org.apache.commons.lang3.function.Failable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.ConcurrentReferenceHashMap;

import java.util.Map;

/** Sends files from the class path to browsers, compressed, and only if they have changed. It must not run on the event loop. */
public final class ClassPathFiles {

    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8", "json", "application/json", "md", "text/markdown; charset=utf-8", "svg", "image/svg+xml", "ico", "image/x-icon",
            "ttf", "font/ttf", "woff2", "font/woff2");

    /** Soft references, as the console's files are large and rarely used. */
    private final Map<String, Content> contents = new ConcurrentReferenceHashMap<>();

    /**
     * Sends the file, or 304 if the client has it.
     *
     * @return whether the file exists
     */
    public boolean send(RoutingContext context, String file, String cacheControl) {
        Content content = type(file) == null ? null : contents.computeIfAbsent(file, ClassPathFiles::read);
        if (content == null) {
            return false;
        }
        content.send(context, cacheControl);
        return true;
    }

    private static String type(String file) {
        return TYPES.get(file.substring(file.lastIndexOf('.') + 1));
    }

    private static Content read(String file) {
        ClassPathResource resource = new ClassPathResource(file);
        return resource.exists() ? Content.of(type(file), Failable.get(resource::getContentAsByteArray)) : null;
    }
}
