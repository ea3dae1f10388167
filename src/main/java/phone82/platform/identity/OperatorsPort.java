package phone82.platform.identity;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * The operator's port of a process on this machine, from the file that the process has written into the data folder.
 *
 * @param password only this process accepts it
 * @param contexts the contexts of the process
 */
public record OperatorsPort(URI at, String password, List<String> contexts) {

    /** Between the contexts in the name of a file. */
    public static final String BETWEEN = "-";
    /** Suffix of a file that is not complete yet. */
    public static final String DRAFT = ".draft";

    public static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.toString().endsWith(DRAFT)).sorted().toList();
        }
    }

    public static OperatorsPort read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        // a file of an earlier version may have no password
        return new OperatorsPort(URI.create(lines.get(0)), lines.size() > 1 ? lines.get(1) : "", contexts(file));
    }

    public static List<String> contexts(Path file) {
        return List.of(file.getFileName().toString().split(BETWEEN));
    }

    /**
     * Returns the addresses behind a configured name: each stands for one process, so they are of one family, because a process may have one of
     * each.
     */
    public static List<InetAddress> hosts(URI named) throws UnknownHostException {
        InetAddress[] all = InetAddress.getAllByName(named.getHost());
        return Arrays.stream(all).filter(each -> each.getClass() == all[0].getClass()).toList();
    }

    public static URI at(String scheme, InetSocketAddress address) {
        try {
            return new URI(scheme, null, address.getAddress().getHostAddress(), address.getPort(), null, null, null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The {@code Authorization} header that an operator sends. */
    public static String authorization(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }
}
