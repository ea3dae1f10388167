package phone82.app;

import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import phone82.platform.disk.Disk;

import java.time.Instant;
import java.util.stream.Stream;

/** Holds back new orders and cancellations while all databases are copied. */
public class Intake {

    private final Disk disk;
    private final CamelContext camel;

    Intake(Disk disk, CamelContext camel) {
        this.disk = disk;
        this.camel = camel;
    }

    /** @param seconds from now on; zero ends it */
    public record Hold(int seconds) {
    }

    /** @param underWay requests that were taken before */
    public record Held(int underWay) {
    }

    public Held hold(@Body Hold hold) {
        disk.holdUntil(Instant.now().plusSeconds(hold.seconds()));
        return new Held(Stream.of("app-place-order", "app-cancel-order").mapToInt(camel.getInflightRepository()::size).sum());
    }
}
