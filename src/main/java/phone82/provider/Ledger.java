package phone82.provider;

import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.transaction.support.TransactionOperations;
import phone82.platform.api.Page;
import phone82.platform.api.Problem;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The provider's ledger: each request by its key, and its effect on the money. Entries are durable before they are answered. */
public class Ledger {

    private static final RowMapper<Entry> ENTRY = (row, n) -> new Entry(row.getString("idempotency_key"), row.getString("reference"),
            row.getLong("order_id"), Operation.valueOf(row.getString("operation")), row.getString("item"), row.getLong("amount"),
            Outcome.valueOf(row.getString("outcome")), row.getString("code"), row.getTimestamp("decided_at").toInstant());

    private static final RowMapper<Reservation> RESERVATION = (row, n) -> new Reservation(row.getString("reference"), row.getLong("order_id"),
            row.getString("item"), row.getLong("authorised"), instant(row, "authorised_at"), instant(row, "due_at"), row.getLong("captured"),
            row.getLong("refunded"), row.getBoolean("closed"), row.getInt("attempts"));

    private static final Map<String, String> MESSAGES = Map.of(
            "card_declined", "the card was declined",
            "issuer_unavailable", "the bank does not answer",
            "slow", "the bank has not decided yet",
            "declined", "the bank refused",
            "lapsed", "the authorisation has lapsed",
            "captured", "the money was captured",
            "closed", "the reservation was released");

    private final JdbcTemplate jdbc;
    private final TransactionOperations transactions;
    private final Duration patience;
    private final Duration validity;

    /**
     * @param patience how long an authorisation may take before it is pending
     * @param validity how long an authorisation can be captured
     */
    public Ledger(JdbcTemplate jdbc, TransactionOperations transactions, Duration patience, Duration validity) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.patience = patience;
        this.validity = validity;
    }

    /** The body of a request. Amount in won. */
    public record Wanted(long orderId, long amount, String item) {
    }

    /** A request and its outcome. Amount in won. */
    public record Entry(String key, String reference, long orderId, Operation operation, String item, long amount, Outcome outcome,
                        String code, String message, Instant at) {

        Entry(String key, String reference, long orderId, Operation operation, String item, long amount, Outcome outcome, String code,
              Instant at) {
            this(key, reference, orderId, operation, item, amount, outcome, code, code == null ? null : MESSAGES.getOrDefault(code, code), at);
        }
    }

    /** The money of one order. Amounts in won. */
    public record Account(long orderId, long reserved, long captured, long refunded) {
    }

    /**
     * The money of one order with all that happened to it. Amounts in won.
     * @param refundCode reason why not the whole amount would be refunded; null if it would be
     */
    public record Statement(long orderId, long reserved, long captured, long refunded, long refundable, String refundCode,
                            List<Entry> operations) {
    }

    /**
     * Performs the operation, once for each key.
     *
     * @throws Problem 409 the key was used for a different request
     */
    public Entry perform(@Header("reference") String reference, @Header("operation") String operation,
                         @Header("Idempotency-Key") String key, @Body Wanted wanted, @Variable("fault") Fault fault) {
        Entry asked = new Entry(key, reference, wanted.orderId(), Operation.valueOf(operation), wanted.item(), wanted.amount(), null, null, now());
        boolean decline = fault.kind() == Fault.Kind.decline;
        try {
            return transactions.execute(transaction -> perform(asked, decline));
        } catch (DataIntegrityViolationException | ConcurrencyFailureException e) {
            // another request created the reservation or took the key at the same moment
            return transactions.execute(transaction -> perform(asked, decline));
        }
    }

    /** How long the provider takes for the operation, ms. */
    public long pause(@Body Entry entry) {
        Duration time = entry.operation() == Operation.authorise ? new DemoItem(entry.item()).authorisationTime() : Duration.ZERO;
        return (time.compareTo(patience) < 0 ? time : patience).toMillis();
    }

    private Entry perform(Entry asked, boolean decline) {
        Reservation reservation = locked(asked);
        boolean pending = reservation.isPending();
        reservation.settle(asked.at());
        concludePending(reservation, pending);
        Entry known = entry(asked.key());
        if (known != null && !isSame(known, asked)) {
            throw new Problem(409, "Key used already", "The Idempotency-Key " + asked.key() + " was used for another request.");
        }
        if (known != null && known.outcome() != Outcome.pending) {
            return known;
        }
        Decision decision = decline ? Decision.declined("declined")
                : reservation.decide(asked.operation(), asked.amount(), asked.at(), patience, validity);
        concludePending(reservation, reservation.isClosed() && pending);
        update(reservation);
        Entry decided = new Entry(asked.key(), asked.reference(), asked.orderId(), asked.operation(), asked.item(), asked.amount(),
                decision.outcome(), decision.code(), asked.at());
        if (known == null) {
            jdbc.update("insert into operation (idempotency_key, reference, order_id, operation, item, amount, outcome, code, decided_at) "
                            + "values (?, ?, ?, ?, ?, ?, ?, ?, ?)", decided.key(), decided.reference(), decided.orderId(),
                    decided.operation().name(), decided.item(), decided.amount(), decided.outcome().name(), decided.code(), Timestamp.from(decided.at()));
        } else {
            jdbc.update("update operation set outcome = ?, code = ?, decided_at = ? where idempotency_key = ?",
                    decided.outcome().name(), decided.code(), Timestamp.from(decided.at()), decided.key());
        }
        return decided;
    }

    private static boolean isSame(Entry known, Entry asked) {
        return known.reference().equals(asked.reference()) && known.orderId() == asked.orderId() && known.operation() == asked.operation()
                && known.amount() == asked.amount() && known.item().equals(asked.item());
    }

    /** The reservation, locked until the current transaction ends; a new one if there is none. */
    private Reservation locked(Entry asked) {
        if (jdbc.update("update reservation set attempts = attempts where reference = ?", asked.reference()) == 0) {
            jdbc.update("insert into reservation (reference, order_id, item, authorised, captured, refunded, closed, attempts) "
                    + "values (?, ?, ?, 0, 0, 0, false, 0)", asked.reference(), asked.orderId(), asked.item());
            return new Reservation(asked.reference(), asked.orderId(), asked.item());
        }
        Reservation reservation = jdbc.queryForObject("select * from reservation where reference = ?", RESERVATION, asked.reference());
        if (reservation.orderId != asked.orderId()) {
            throw new Problem(409, "Reference used already", "The reference " + asked.reference() + " belongs to another order.");
        }
        return reservation;
    }

    private void update(Reservation reservation) {
        jdbc.update("update reservation set authorised = ?, authorised_at = ?, due_at = ?, captured = ?, refunded = ?, closed = ?, "
                        + "attempts = ? where reference = ?", reservation.authorised(), timestamp(reservation.authorisedAt()),
                timestamp(reservation.dueAt()), reservation.captured(), reservation.refunded(), reservation.isClosed(),
                reservation.attempts(), reservation.reference);
    }

    /** Records the outcome of the requests for an authorisation that was pending and is not any more. */
    private void concludePending(Reservation reservation, boolean wasPending) {
        if (wasPending && !reservation.isPending()) {
            Decision decision = reservation.isClosed() ? Decision.declined("closed") : Decision.SUCCEEDED;
            jdbc.update("update operation set outcome = ?, code = ?, decided_at = ? where order_id = ? and reference = ? "
                            + "and operation = 'authorise' and outcome = 'pending'", decision.outcome().name(), decision.code(),
                    Timestamp.from(now()), reservation.orderId, reservation.reference);
        }
    }

    /** The references with a pending authorisation whose time has come. */
    public List<String> due() {
        return jdbc.queryForList("select reference from reservation where due_at <= ? order by due_at limit 100", String.class,
                Timestamp.from(now()));
    }

    /** Reserves the money of a pending authorisation whose time has come. */
    public void settle(@Body String reference) {
        transactions.executeWithoutResult(transaction -> {
            jdbc.update("update reservation set attempts = attempts where reference = ?", reference);
            Reservation reservation = jdbc.queryForObject("select * from reservation where reference = ?", RESERVATION, reference);
            boolean pending = reservation.isPending();
            reservation.settle(now());
            concludePending(reservation, pending);
            update(reservation);
        });
    }

    /** @throws Problem 404 there is no request with this key */
    public Entry find(@Header("key") String key) {
        Entry entry = entry(key);
        if (entry == null) {
            throw Problem.notFound("operation", key);
        }
        return entry;
    }

    private Entry entry(String key) {
        return DataAccessUtils.singleResult(jdbc.query("select * from operation where idempotency_key = ?", ENTRY, key));
    }

    /** @throws Problem 404 the provider does not know the order */
    public Statement statement(@Header("orderId") long orderId) {
        List<Reservation> reservations = jdbc.query("select * from reservation where order_id = ?", RESERVATION, orderId);
        if (reservations.isEmpty()) {
            throw Problem.notFound("account of order", orderId);
        }
        Account account = account(orderId, reservations);
        long refundable = reservations.stream().mapToLong(Reservation::refundable).sum();
        return new Statement(orderId, account.reserved(), account.captured(), account.refunded(), refundable,
                refundable < account.captured() - account.refunded() ? "declined" : null,
                jdbc.query("select * from operation where order_id = ? order by decided_at, idempotency_key", ENTRY, orderId));
    }

    private Account account(long orderId, List<Reservation> reservations) {
        Instant now = now();
        reservations.forEach(reservation -> reservation.settle(now));
        return new Account(orderId, reservations.stream().mapToLong(each -> each.reserved(now, validity)).sum(),
                reservations.stream().mapToLong(Reservation::captured).sum(), reservations.stream().mapToLong(Reservation::refunded).sum());
    }

    /** The accounts of all orders, the highest order id first. */
    public Page<Account> list(@Header("size") Integer size, @Header("after") Long after) {
        int shown = Page.size(size);
        List<Long> orders = newest(shown + 1, Page.below(after));
        if (orders.isEmpty()) {
            return new Page<>(List.of(), null);
        }
        List<Reservation> reservations = jdbc.query("select * from reservation where order_id between ? and ?", RESERVATION,
                orders.get(orders.size() - 1), orders.get(0));
        return Page.of(orders, shown, orderId -> account(orderId, reservations.stream().filter(each -> each.orderId == orderId).toList()),
                orderId -> orderId);
    }

    /** The highest order ids below one. An order can have several reservations; with {@code distinct} HSQLDB would read them all. */
    private List<Long> newest(int count, long below) {
        Set<Long> orders = new LinkedHashSet<>();
        long lowest = below;
        boolean more = true;
        while (more && orders.size() < count) {
            List<Long> read = jdbc.queryForList("select order_id from reservation where order_id < ? order by order_id desc limit " + count,
                    Long.class, lowest);
            more = read.size() == count;
            orders.addAll(read);
            lowest = more ? read.get(count - 1) : lowest;
        }
        return orders.stream().limit(count).toList();
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp timestamp = row.getTimestamp(column);
        return timestamp == null ? null : timestamp.toInstant();
    }

    private static Timestamp timestamp(Instant instant) {
        return instant == null ? null : Timestamp.from(instant);
    }
}
