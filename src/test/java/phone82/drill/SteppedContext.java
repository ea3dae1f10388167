package phone82.drill;

import com.sun.tools.attach.VirtualMachine;
import org.jboss.byteman.agent.Main;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A context with the rules of {@code crash-points.btm}: while armed, they print its durable steps and act at one of them. */
final class SteppedContext {

    private static final String STEP = "crash point: ";

    private final Processes phone82;
    private final String context;
    private final Path armed;

    SteppedContext(Processes phone82, String context) {
        this.phone82 = phone82;
        this.context = context;
        armed = phone82.data("armed");
    }

    /** @param actAt the number of the step that is halted, or whose answer is dropped; 0 for none */
    void start(int actAt) throws Exception {
        phone82.jvm(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=128m",
                "-Dcrash.armed=" + armed, "-Dcrash.at=" + actAt));
        phone82.start(context);
        // from the start of the JVM on, the agent would keep it from using the archive of classes
        VirtualMachine jvm = VirtualMachine.attach(String.valueOf(phone82.handles().get(context).pid()));
        try {
            jvm.loadAgent(fileOf(Main.class).toString(), "script:" + Path.of(SteppedContext.class.getResource("/crash-points.btm").toURI()));
        } finally {
            jvm.detach();
        }
    }

    private static Path fileOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    void arm() throws Exception {
        Files.createFile(armed);
    }

    void disarm() throws Exception {
        Files.delete(armed);
    }

    /** The steps since the start. */
    List<String> steps() {
        return phone82.log().lines().filter(line -> line.startsWith(STEP)).map(line -> line.substring(STEP.length())).toList();
    }

    boolean isHalted() {
        return !phone82.handles().get(context).isAlive();
    }

    /** Does nothing if it was halted. */
    void kill() throws Exception {
        if (!isHalted()) {
            phone82.kill(context);
        }
    }
}
