package phone82.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import phone82.platform.api.Problem;
import phone82.platform.http.AdmissionCheck;

import java.net.InetAddress;
import java.time.Duration;

/** Limits the requests per second of one client with a token bucket: a client may burst by what it has not used. */
class RateLimit implements AdmissionCheck {

    /** The time in which a bucket refills. A client that is idle for so long has a full one, so its bucket can be dropped. */
    private static final Duration FULL = Duration.ofSeconds(1);
    /** The most buckets, some 30 MB. With more clients within a second, some get a new bucket early. */
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
            throw new Problem(429, "Too many requests", "Send at most " + rate + " requests a second.").retryAfter(1);
        }
    }

    /** Number of clients that have a bucket. */
    long clients() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }
}
