package phone82;

import org.springframework.util.FileSystemUtils;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The command {@code prepare}: extracts the packed jar, and starts it once to archive its classes. */
final class Prepare {

    /** As the first argument of the launcher. */
    static final String NAME = "prepare";

    /** Begins the last lines of a start. */
    private static final String UP = "phone82 is up";
    private static final int MINUTES = 5;

    private final PreparedJar jar;
    private final PrintStream out;

    private Prepare(PreparedJar jar, PrintStream out) {
        this.jar = jar;
        this.out = out;
    }

    /** @return the exit code: 0 prepared, 1 not possible, 2 wrong arguments */
    static int main(PrintStream out, PrintStream err, String... arguments) {
        if (arguments.length != 1) {
            err.println("phone82: " + NAME + " takes no arguments; --help shows more.");
            return 2;
        }
        Optional<PreparedJar> jar = PreparedJar.own();
        if (jar.isEmpty()) {
            err.println("phone82: only the packed jar can be prepared; run java -jar target/phone82.jar " + NAME + ".");
            return 1;
        }
        long start = System.nanoTime();
        try {
            new Prepare(jar.get(), out).prepare();
            out.println(String.format(Locale.ROOT, "prepared in %.0f s", (System.nanoTime() - start) / 1e9));
            return 0;
        } catch (IOException e) {
            err.println("phone82: cannot prepare " + jar.get().packed() + ": " + e.getMessage() + "; stop the phone82 that runs from it, and make "
                    + jar.get().folder() + " writable.");
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private void prepare() throws IOException, InterruptedException {
        out.println("extracting to " + jar.folder());
        FileSystemUtils.deleteRecursively(jar.folder());
        Process extraction = new ProcessBuilder(PreparedJar.java(), "-Djarmode=tools", "-jar", jar.packed().toString(), "extract",
                "--destination", jar.folder().toString()).redirectErrorStream(true).start();
        String said = new String(extraction.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (extraction.waitFor() != 0) {
            throw new IOException(said.strip());
        }
        out.println("starting once to archive the classes");
        archiveClasses();
        jar.complete();
    }

    /** The JVM writes the archive when the program ends. It gets no setting of the environment, which may name the servers of a real shop. */
    private void archiveClasses() throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("phone82");
        List<String> command = new ArrayList<>(List.of(PreparedJar.java(), "-XX:ArchiveClassesAtExit=" + jar.archive(), "-Xlog:cds=off", "-Xlog:cds+dynamic=off"));
        command.addAll(PreparedJar.JVM_OPTIONS);
        // optimised code would not be used long enough
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=128m"));
        command.addAll(List.of("-jar", jar.jar().toString(), "--phone82.data=" + data, "--management.server.port=0"));
        command.addAll(freePorts());
        ProcessBuilder builder = new ProcessBuilder(command).directory(data.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        Process training = builder.start();
        CompletableFuture.delayedExecutor(MINUTES, TimeUnit.MINUTES).execute(training::destroyForcibly);
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = training.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
                if (line.contains(UP)) {
                    training.toHandle().destroy();
                }
            }
            training.waitFor();
            if (lines.stream().noneMatch(line -> line.contains(UP)) || !Files.exists(jar.archive())) {
                throw new IOException("it does not start and stop:\n" + String.join("\n", lines));
            }
        } finally {
            training.destroyForcibly();
            FileSystemUtils.deleteRecursively(data);
        }
    }

    /** A port of its own for each context. */
    private static List<String> freePorts() throws IOException {
        List<String> options = new ArrayList<>();
        List<ServerSocket> sockets = new ArrayList<>();
        for (Context context : Context.values()) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            options.add("--phone82." + context.id() + ".port=" + socket.getLocalPort());
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return options;
    }
}
