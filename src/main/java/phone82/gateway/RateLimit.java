package phone82.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import io.vertx.core.MultiMap;
import phone82.platform.Problem;
import phone82.platform.http.Doorkeeper;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;

/** So many requests a second of one client, and at once as many more as it has not used. */
class RateLimit implements Doorkeeper {

    /** Who asks so long not at all has all it can have again: nothing is lost with its bucket. */
    private static final Duration FULL = Duration.ofSeconds(1);
    /** Some 30 MB. With more clients than this within a second, one or the other gets a new bucket early. */
    private static final int CLIENTS = 100_000;

    private final int rate;
    private final Bandwidth bandwidth;
    private final TimeMeter time;
    private final List<IpSubnetFilterRule> trustedProxies;
    private final Cache<InetAddress, Bucket> buckets;

    /** @param trustedProxies addresses or networks (10.0.0.0/8) whose {@code X-Forwarded-For} tells the client */
    RateLimit(int rate, List<String> trustedProxies, TimeMeter time) {
        this.rate = rate;
        this.bandwidth = Bandwidth.builder().capacity(rate).refillGreedy(rate, FULL).build();
        this.time = time;
        this.trustedProxies = trustedProxies.stream().map(RateLimit::network).toList();
        this.buckets = Caffeine.newBuilder().maximumSize(CLIENTS).expireAfterAccess(FULL).ticker(time::currentTimeNanos)
                .executor(Runnable::run).build();
    }

    private static IpSubnetFilterRule network(String address) {
        String cidr = address.contains("/") ? address : address + (NetUtil.isValidIpV6Address(address) ? "/128" : "/32");
        return new IpSubnetFilterRule(cidr, IpFilterRuleType.ACCEPT);
    }

    @Override
    public void admit(InetAddress remote, MultiMap headers) {
        Bucket bucket = buckets.get(client(remote, headers), each -> Bucket.builder().addLimit(bandwidth).withCustomTimePrecision(time).build());
        if (!bucket.tryConsume(1)) {
            throw new Problem(429, "Too many requests", "Send at most " + rate + " requests a second. Try again in 1 s.")
                    .header("Retry-After", 1);
        }
    }

    /** The nearest hop that is no trusted proxy: what comes before it in the header, anybody may have written. */
    InetAddress client(InetAddress remote, MultiMap headers) {
        InetAddress client = remote;
        if (isTrusted(remote)) {
            String[] hops = String.join(",", headers.getAll("X-Forwarded-For")).split(",", -1);
            for (int i = hops.length - 1; i >= 0 && isTrusted(client); i--) {
                InetAddress hop = NetUtil.createInetAddressFromIpAddressString(hops[i].trim());
                if (hop == null) {
                    break;
                }
                client = hop;
            }
        }
        return client instanceof Inet6Address ? network(client) : client;
    }

    /** Of how many clients it keeps count. */
    long clients() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }

    private boolean isTrusted(InetAddress address) {
        for (IpSubnetFilterRule network : trustedProxies) {
            if (network.matches(new InetSocketAddress(address, 0))) {
                return true;
            }
        }
        return false;
    }

    /** With IPv6 everybody has a network of 2^64 addresses. */
    private static InetAddress network(InetAddress address) {
        byte[] bytes = address.getAddress();
        for (int i = 8; i < bytes.length; i++) {
            bytes[i] = 0;
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
