package phone82.pay.provider;

import org.apache.camel.Body;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands in for the payment provider, and says so: no money moves. It approves everything but what these item names ask for.
 *
 * <ul>
 * <li>{@code sim-decline}: the authorisation is declined
 * <li>{@code sim-fail}: the authorisation fails as if the provider were away
 * <li>{@code sim-slow-N}: the authorisation takes N ms
 * <li>{@code sim-capture-refused}: the capture is refused for good
 * <li>{@code sim-capture-away-N}: the capture finds the provider away N times, then works
 * <li>{@code sim-refund-refused}: taken money is not given back
 * </ul>
 */
public class SimulatedProvider implements PaymentProvider {

    private static final Pattern SLOW = Pattern.compile("sim-slow-(\\d{1,5})");
    private static final Pattern CAPTURE_AWAY = Pattern.compile("sim-capture-away-(\\d{1,3})");

    private final Map<Long, Integer> captureAttempts = new ConcurrentHashMap<>();
    private volatile Latency latency = new Latency(0, 0);

    /** How long every authorisation takes, at random between the two; ms. */
    public record Latency(long minMillis, long maxMillis) {
    }

    /** From now on; for demonstrations of the circuit breaker. */
    public Latency slowDown(@Body Latency wanted) {
        latency = wanted;
        return wanted;
    }

    @Override
    public void authorise(Charge charge) throws Refused, Unavailable {
        switch (charge.item()) {
            case "sim-decline" -> throw new Refused("declined by the simulator");
            case "sim-fail" -> throw new Unavailable("away, says the simulator");
            default -> slow(charge.item());
        }
    }

    @Override
    public void capture(Charge charge) throws Refused, Unavailable {
        if (charge.item().equals("sim-capture-refused")) {
            throw new Refused("refused by the simulator");
        }
        Matcher away = CAPTURE_AWAY.matcher(charge.item());
        if (away.matches() && captureAttempts.merge(charge.orderId(), 1, Integer::sum) <= Integer.parseInt(away.group(1))) {
            throw new Unavailable("away, says the simulator");
        }
    }

    @Override
    public void release(Charge charge) {
    }

    @Override
    public void agreeRefund(Charge charge) throws Refused {
        if (charge.item().equals("sim-refund-refused")) {
            throw new Refused("refused by the simulator");
        }
    }

    @Override
    public void refund(Charge charge) {
    }

    private void slow(String item) throws Unavailable {
        Matcher slow = SLOW.matcher(item);
        long millis = slow.matches() ? Long.parseLong(slow.group(1)) : random(latency);
        if (millis > 0) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Unavailable("interrupted");
            }
        }
    }

    private static long random(Latency latency) {
        return latency.maxMillis <= latency.minMillis ? latency.minMillis
                : ThreadLocalRandom.current().nextLong(latency.minMillis, latency.maxMillis + 1);
    }
}
