package phone82.app;

import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import phone82.platform.disk.Disk;

import java.time.Instant;
import java.util.stream.Stream;

/** Refuses new orders and cancellations while all databases are copied. */
public class Intake {

    private final Disk disk;
    private final CamelContext camel;

    Intake(Disk disk, CamelContext camel) {
        this.disk = disk;
        this.camel = camel;
    }

    /** @param seconds duration of the pause from now on; zero ends it */
    public record Hold(int seconds) {
    }

    /** @param underWay requests that were accepted before and are still in progress */
    public record Held(int underWay) {
    }

    public Held hold(@Body Hold hold) {
        disk.holdUntil(Instant.now().plusSeconds(hold.seconds()));
        return new Held(Stream.of("app-place-order", "app-cancel-order").mapToInt(camel.getInflightRepository()::size).sum());
    }
}
