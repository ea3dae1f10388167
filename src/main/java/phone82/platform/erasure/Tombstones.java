package phone82.platform.erasure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.commons.codec.digest.DigestUtils;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.platform.api.Json;
import phone82.platform.api.Problem;
import phone82.platform.event.EventTransformation;
import phone82.platform.persistence.ClockJump;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The erased users. An event that was sent before the erasure and arrives after it gets the pseudonym before it takes effect. A tombstone
 * has a hash of the subject instead of the subject, and is valid for the orders up to the erasure: later ones are new data.
 */
public class Tombstones implements EventTransformation {

    private static final String OWNER = "owner";

    private final JdbcTemplate jdbc;
    private final boolean shared;
    private final Duration keep;
    private final ClockJump jump;
    private volatile List<Tombstone> all = List.of();

    private record Tombstone(String hash, long before, String pseudonym) {
    }

    /**
     * @param shared whether other instances of this context use the same database, so that one must look for their tombstones
     * @param keep   how long an event may be in transit
     */
    Tombstones(JdbcTemplate jdbc, boolean shared, Duration keep, ClockJump jump) {
        this.jump = jump;
        this.jdbc = jdbc;
        this.shared = shared;
        this.keep = keep;
        load();
    }

    /** Adds a tombstone in the current transaction; it is valid from the next {@link #load} on. */
    void add(String subject, long before, String pseudonym) {
        String hash = DigestUtils.sha256Hex(subject);
        if (jdbc.queryForObject("select count(*) from erased where pseudonym = ?", Integer.class, pseudonym) == 0) {
            jdbc.update("insert into erased (pseudonym, subject_hash, before_id, erased_at) values (?, ?, ?, ?)", pseudonym, hash, before,
                    Timestamp.from(Instant.now()));
        }
    }

    /** One after the other: otherwise the older of two results could be the one that stays. */
    synchronized void load() {
        all = jdbc.query("select subject_hash, before_id, pseudonym from erased order by before_id",
                (row, n) -> new Tombstone(row.getString(1), row.getLong(2), row.getString(3)));
    }

    /** Called periodically: finds the tombstones of other instances. */
    public void refresh() {
        if (shared) {
            load();
        }
    }

    public void purge() {
        if (!jump.isRecent()) {
            jdbc.update("delete from erased where erased_at < ?", Timestamp.from(Instant.now().minus(keep)));
        }
        load();
    }

    boolean isShared() {
        return shared;
    }

    @Override
    public String applied(String subject, String body) {
        JsonNode event = all.isEmpty() ? null : object(body);
        String owner = event == null ? null : event.path(OWNER).textValue();
        if (owner == null) {
            return body;
        }
        return find(owner, order(subject)).map(each -> replaced(event, each.pseudonym)).orElse(body);
    }

    /**
     * For a new owner of an order. App may have sent it before it got the tombstone itself; it repeats the request, then with the pseudonym.
     *
     * @throws Problem 409 the user was erased after the order was placed
     */
    public void requireNotErased(String user, long order) {
        if (cover(user, order)) {
            throw new Problem(409, "Erased", "The order is from before this user's data was erased.");
        }
    }

    /** Whether events of this order that name the user get a pseudonym. */
    public boolean cover(String user, long order) {
        return find(user, order).isPresent();
    }

    private Optional<Tombstone> find(String user, long order) {
        String hash = DigestUtils.sha256Hex(user);
        return all.stream().filter(each -> order < each.before && each.hash.equals(hash)).findFirst();
    }

    /** Without an order's id an event has no effect: it is erased like the oldest one. */
    private static long order(String subject) {
        try {
            return Long.parseLong(subject);
        } catch (NumberFormatException e) {
            return Long.MIN_VALUE;
        }
    }

    /** Returns the body of an event with the pseudonym; null if it is not this user's. */
    static String replaced(String body, String subject, String pseudonym) {
        JsonNode event = body.contains(Json.text(subject)) ? object(body) : null;
        return event != null && subject.equals(event.path(OWNER).textValue()) ? replaced(event, pseudonym) : null;
    }

    /** Returns null if it is no JSON object: a dead letter may be anything. */
    private static JsonNode object(String body) {
        try {
            JsonNode json = Json.read(body, JsonNode.class);
            return json != null && json.isObject() ? json : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String replaced(JsonNode body, String pseudonym) {
        return ((ObjectNode) body).put(OWNER, pseudonym).toString();
    }
}
