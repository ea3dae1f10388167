package phone82.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import phone82.platform.Problem;
import phone82.platform.http.AdmissionCheck;

import java.net.InetAddress;
import java.time.Duration;

/** So many requests a second of one client, and at once as many more as it has not used. */
class RateLimit implements AdmissionCheck {

    /** Who asks so long not at all has all it can have again: nothing is lost with its bucket. */
    private static final Duration FULL = Duration.ofSeconds(1);
    /** Some 30 MB. With more clients than this within a second, one or the other gets a new bucket early. */
    private static final int CLIENTS = 100_000;

    private final int rate;
    private final Bandwidth bandwidth;
    private final TimeMeter time;
    private final Cache<InetAddress, Bucket> buckets;

    RateLimit(int rate, TimeMeter time) {
        this.rate = rate;
        this.bandwidth = Bandwidth.builder().capacity(rate).refillGreedy(rate, FULL).build();
        this.time = time;
        this.buckets = Caffeine.newBuilder().maximumSize(CLIENTS).expireAfterAccess(FULL).ticker(time::currentTimeNanos)
                .executor(Runnable::run).build();
    }

    @Override
    public void admit(InetAddress client) {
        Bucket bucket = buckets.get(client, each -> Bucket.builder().addLimit(bandwidth).withCustomTimePrecision(time).build());
        if (!bucket.tryConsume(1)) {
            throw new Problem(429, "Too many requests", "Send at most " + rate + " requests a second. Try again in 1 s.")
                    .header("Retry-After", 1);
        }
    }

    /** Of how many clients it keeps count. */
    long clients() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }
}
