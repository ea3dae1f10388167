package phone82.platform.audit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import phone82.platform.api.Json;
import phone82.platform.api.Printable;
import phone82.platform.identity.Caller;
import phone82.platform.identity.Guest;
import phone82.platform.identity.Sender;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The audit of a process: one entry for each login, each request that changes something, each refusal, and each change that the system
 * makes by itself. Entries are only appended, as lines of JSON, to files that only their owner can read. An entry that cannot be written
 * there goes to the log: an audit that fails must not stop an order.
 */
public final class Audit implements AutoCloseable {

    /** The result of a request whose client has not waited for the response. */
    public static final String HUNG_UP = "closed";

    private static final Logger LOG = LoggerFactory.getLogger("phone82.audit");

    /**
     * Most entries in a second of requests that a client can repeat at will, for each user and for all strangers together: otherwise one could
     * displace all other entries.
     */
    private static final int MOST_REPEATED = 10;
    /** The changes by which repetitions are recognised. */
    private static final int REMEMBERED = 10_000;
    private static final String STRANGERS = "";
    private static final Set<String> OPERATORS = Set.of(Caller.OPERATOR, Actor.COMMAND);
    private static final int LONGEST = 300;
    /** Pause before another attempt to open the file. */
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Set<String> REFUSED = Set.of("401", "403");
    /** The contexts whose requests an operator must see at once: logins. */
    private static final Set<String> ENTRIES = Set.of("gateway", "operations");

    private final Path folder;
    private final AuditSettings settings;
    /** Two erasures must not rewrite the same file at once. */
    private final Object erasing = new Object();
    private String name;
    private AuditFile file;
    /** By {@code System.nanoTime()}. */
    private long openAgain = System.nanoTime();
    private boolean failing;
    private long second;
    /** The number of failed and repeated requests in this second, by subject. */
    private final Map<String, Integer> repeated = new HashMap<>();
    private final Cache<Change, Boolean> changes = Caffeine.newBuilder().maximumSize(REMEMBERED).executor(Runnable::run).build();
    private long omitted;

    /** @param folder the folder of the files of all processes that share a data folder */
    public Audit(Path folder, AuditSettings settings) {
        this.folder = folder;
        this.settings = settings;
    }

    /**
     * One entry.
     *
     * @param context       where it happened; {@code operations} is the operator's port
     * @param subject       who did it; null if nobody was authenticated
     * @param action        id of the operation or name of the event
     * @param target        id of the order, dead letter or other object; null if there is none or it is not known
     * @param result        status of the response; {@code closed} if the client hung up; {@code done} for an event
     * @param correlationId as in logs, errors and timelines
     * @param omitted       number of failed and repeated requests just before that are not recorded; null for none
     */
    public record Entry(Instant time, String context, String subject, List<String> roles, String action, String target, String result,
                        String correlationId, Long omitted) {

        public Entry(String context, Actor actor, String action, String target, String result, String correlationId) {
            this(Instant.now(), context, plain(actor.subject()), actor.roles(), plain(action), plain(target), result, correlationId, null);
        }

        private static String plain(String text) {
            return text == null ? null : Printable.line(text.length() > LONGEST ? text.substring(0, LONGEST) : text);
        }

        private boolean isRefused() {
            return REFUSED.contains(result);
        }

        /**
         * Whether it may be left out, because a client can cause any number of such entries. What operators attempt is recorded whole, and so is a
         * request whose answer a dealer or the system did not wait for: it may have changed something.
         */
        private boolean isFailure() {
            return (result.startsWith("4") || result.startsWith("5") || result.equals(HUNG_UP) && !isTrusted()) && OPERATORS.stream().noneMatch(roles::contains);
        }

        /** Whether an operator, a dealer or the system did it: each of their changes is recorded. */
        private boolean isTrusted() {
            return roles.stream().anyMatch(role -> role.equals(Caller.OPERATOR) || role.equals(Caller.DEALER) || Sender.isService(role));
        }

        /** A guest is a stranger: each request can have a subject of its own. */
        private String limitedAs() {
            return subject == null || Guest.isSubject(subject) ? STRANGERS : subject;
        }

        /** Whether it is no business of an operator at the moment. */
        private boolean isOrdinary() {
            return !isRefused() && !ENTRIES.contains(context) && !roles.contains(Actor.COMMAND);
        }

        Entry by(String other) {
            return new Entry(time, context, other, roles, action, target, result, correlationId, omitted);
        }

        private Entry without(long omitted) {
            return new Entry(time, context, subject, roles, action, target, result, correlationId, omitted);
        }
    }

    /** What somebody did to one object. */
    private record Change(String subject, String action, String target) {
    }

    /** Opens the file of this process; until then entries go to the log. */
    public synchronized void open(Collection<String> contexts) {
        name = String.join("-", contexts);
        current();
    }

    public void write(Entry entry) {
        Entry recorded = limited(entry);
        if (recorded == null) {
            return;
        }
        AuditFile current = current();
        if (current != null) {
            current.doAppend(Json.text(recorded));
        }
        if (settings.console() || !recorded.isOrdinary() || current == null || isFailing()) {
            LOG.atLevel(recorded.isRefused() ? Level.WARN : Level.INFO).log("{} {} {} {}: {} ({})", recorded.subject(), recorded.roles(), recorded.action(),
                    recorded.target() == null ? "" : recorded.target(), recorded.result(), recorded.correlationId());
        }
    }

    /** Returns the open file; null if it cannot be opened. */
    private synchronized AuditFile current() {
        if (file == null && name != null && System.nanoTime() - openAgain >= 0) {
            openAgain = System.nanoTime() + PAUSE.toNanos();
            try {
                file = AuditFile.open(folder, name, settings, this::fails, this::succeeds);
                if (failing) {
                    succeeds();
                }
            } catch (IOException | RuntimeException e) {
                fails(e);
            }
        }
        return file;
    }

    /** Whether the files cannot be written. */
    public synchronized boolean isFailing() {
        return failing;
    }

    private synchronized Entry limited(Entry entry) {
        if (entry.isFailure() || !entry.isTrusted() && isRepeated(entry)) {
            long now = entry.time().getEpochSecond();
            if (now != second) {
                second = now;
                repeated.clear();
            }
            if (repeated.merge(entry.limitedAs(), 1, Integer::sum) > MOST_REPEATED) {
                omitted++;
                return null;
            }
        }
        Entry recorded = omitted == 0 ? entry : entry.without(omitted);
        omitted = 0;
        return recorded;
    }

    /** Whether the subject has done the same to the same object before, which is possible any number of times. */
    private boolean isRepeated(Entry entry) {
        return changes.asMap().putIfAbsent(new Change(entry.subject(), entry.action(), entry.target()), true) != null;
    }

    private void fails(Exception failure) {
        synchronized (this) {
            if (failing) {
                return;
            }
            failing = true;
        }
        LOG.error("The audit cannot be written to {} ({}); its entries go to this log until it can. Check the disk and the permissions.", folder, failure.toString());
    }

    private void succeeds() {
        synchronized (this) {
            failing = false;
        }
        LOG.info("The audit is written to {} again", folder);
    }

    /** Which entries to read; null: any. */
    public record Query(String subject, String correlation, String target, Instant before, int size) {
    }

    /** Returns the newest entries of all processes that share the folder, newest first. */
    public List<Entry> read(Query query) throws IOException {
        return AuditFiles.read(folder, query);
    }

    /**
     * What one step has erased.
     *
     * @param entries number of changed entries
     * @param after   where the next step continues; null if all files are done
     */
    public record Erased(long entries, String after) {
    }

    /**
     * Replaces a user's subject in the files of this process and in those of processes that are not running.
     *
     * @param after {@link Erased#after} of the step before; null in the first one
     * @param time  after which the step ends with the file that it rewrites then
     */
    public Erased erase(String subject, String pseudonym, String after, Duration time) throws IOException {
        synchronized (erasing) {
            return AuditFiles.erase(folder, current(), subject, pseudonym, after, time);
        }
    }

    @Override
    public synchronized void close() {
        name = null;
        if (file != null) {
            file.stop();
            file = null;
        }
    }
}
