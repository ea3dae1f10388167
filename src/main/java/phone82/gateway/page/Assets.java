package phone82.gateway.page;

import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.lang3.function.Failable;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The scripts, styles and pictures of the page. */
public final class Assets {

    /** A digest of all of them. It is part of their paths, so that browsers keep them until one changes. */
    public static final String VERSION = version();

    private Assets() {
    }

    private static String version() {
        Resource[] files = Failable.get(() -> new PathMatchingResourcePatternResolver().getResources("classpath:static/assets/*"));
        Arrays.sort(files, Comparator.comparing(Resource::getFilename));
        MessageDigest digest = DigestUtils.getSha256Digest();
        for (Resource file : files) {
            digest.update(file.getFilename().getBytes(UTF_8));
            digest.update(Failable.get(file::getContentAsByteArray));
        }
        return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }
}
