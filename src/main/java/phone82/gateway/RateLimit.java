package phone82.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import phone82.gateway.login.OrderLimit;
import phone82.platform.api.Problem;
import phone82.platform.http.ClientAddresses;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Limits the requests of one client in a time with a token bucket: a client may burst by what it has not used. */
class RateLimit implements OrderLimit {

    /** The most buckets, some 30 MB. With more clients within the time, some get a new bucket early. */
    private static final int CLIENTS = 100_000;

    private final Bandwidth bandwidth;
    private final UnaryOperator<InetAddress> shared;
    private final String advice;
    private final TimeMeter time;
    private final Cache<InetAddress, Bucket> buckets;

    /** Limits the requests per second of one client. */
    RateLimit(int rate, TimeMeter time) {
        this(rate, Duration.ofSeconds(1), UnaryOperator.identity(), "Send at most " + rate + " requests a second.", time);
    }

    /**
     * @param most   requests in the time in which a bucket refills
     * @param shared the address whose bucket a client uses
     * @param advice the detail of the refusal
     */
    private RateLimit(int most, Duration full, UnaryOperator<InetAddress> shared, String advice, TimeMeter time) {
        this.bandwidth = Bandwidth.builder().capacity(most).refillGreedy(most, full).build();
        this.shared = shared;
        this.advice = advice;
        this.time = time;
        // a client that is idle for so long has a full bucket
        this.buckets = Caffeine.newBuilder().maximumSize(CLIENTS).expireAfterAccess(full).ticker(time::currentTimeNanos)
                .executor(Runnable::run).build();
    }

    /**
     * Limits what strangers can store.
     *
     * @param most orders at once, and again per hour, of all guests at one site, however many addresses it has
     */
    static RateLimit ofGuestOrders(int most, TimeMeter time) {
        return new RateLimit(most, Duration.ofHours(1), ClientAddresses::site, "Guests at one address may place " + most
                + " orders at once, and as many again per hour. Log in to order, or try again later.", time);
    }

    @Override
    public void admit(InetAddress client) {
        ConsumptionProbe probe = bucket(client).tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            throw new Problem(429, "Too many requests", advice).retryAfter(1 + TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill() - 1));
        }
    }

    @Override
    public void giveBack(InetAddress client) {
        bucket(client).addTokens(1);
    }

    private Bucket bucket(InetAddress client) {
        return buckets.get(shared.apply(client), each -> Bucket.builder().addLimit(bandwidth).withCustomTimePrecision(time).build());
    }

    /** Number of clients that have a bucket. */
    long clients() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }
}
