package phone82.command;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.commons.lang3.concurrent.BasicThreadFactory;
import org.apache.commons.lang3.function.FailableFunction;
import phone82.command.OrderRows.Account;
import phone82.command.OrderRows.Delivery;
import phone82.command.OrderRows.Order;
import phone82.command.OrderRows.Payment;
import phone82.command.OrderRows.Progress;
import phone82.command.Report.Breach;
import phone82.command.Report.Moving;
import phone82.platform.api.Json;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * One comparison of all contexts. It reads their lists once. As the lists are read at different moments, orders that do not agree are read
 * again until they agree or the time to settle is over. Only an order that disagreed all that time, without any change, is a breach: two
 * identical reads prove that the rows existed at the same moment.
 */
final class Reconciliation implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final ExecutorService readers = Executors.newFixedThreadPool(4, BasicThreadFactory.builder().namingPattern("reconcile").daemon(true).build());
    private final ContextApi app;
    private final ContextApi pay;
    private final ContextApi customer;
    private final PagedList<Order> orders;
    private final PagedList<Payment> payments;
    private final PagedList<Delivery> deliveries;
    private final PagedList<Progress> views;
    private final PagedList<Account> accounts;
    private final ConsistencyRules rules;
    private final Consumer<String> progress;
    /** The orders in progress that are not read again, newest first. */
    private final Map<Long, OrderRows> moving = new TreeMap<>(Comparator.reverseOrder());
    /** Until then orders in progress are read again; later only those that break a rule. */
    private Instant awaited;
    private Total archived = Total.NONE;
    private long heldForArchived;
    private boolean refused;
    private long compared;

    /** @param provider the payment provider, whose ledger is compared too; null: it is not */
    Reconciliation(ContextApi app, ContextApi pay, ContextApi store, ContextApi customer, ContextApi provider, ConsistencyRules rules, Consumer<String> progress) {
        this.app = app;
        this.pay = pay;
        this.customer = customer;
        this.orders = new PagedList<>(app, OrderRows.ORDERS, Order.class, Order::id);
        this.payments = new PagedList<>(pay, OrderRows.PAYMENTS, Payment.class, Payment::orderId);
        this.deliveries = new PagedList<>(store, OrderRows.DELIVERIES, Delivery.class, Delivery::orderId);
        this.views = new PagedList<>(customer, OrderRows.HISTORY, Progress.class, Progress::orderId);
        this.accounts = provider == null ? null : new PagedList<>(provider, OrderRows.ACCOUNTS, Account.class, Account::orderId);
        this.rules = rules;
        this.progress = progress;
    }

    /** An order that does not agree yet, as it was last read. */
    private record Open(OrderRows rows, boolean unchanged) {
    }

    /** Pay's total of the archived payments; held in won. */
    private record Total(long orders, long held, long last) {

        private static final Total NONE = new Total(0, 0, 0);
        /** Any order that the provider alone knows can be archived. */
        private static final Total UNKNOWN = new Total(0, 0, Long.MAX_VALUE);
    }

    /**
     * @param settle    how long to wait for orders in progress. Those that break a rule get this time again whenever one of them has come to
     *                  agree: queued events are no breach
     * @param timelines number of newest orders whose timelines are compared, too, besides those of orders that did not agree at first
     */
    Report run(Duration settle, int timelines) {
        archived = total();
        List<Long> toCheck = ordersToCheck(timelines);
        awaited = Instant.now().plus(settle);
        Map<Long, Open> open = check(toCheck, Map.of());
        long end = System.nanoTime() + settle.toNanos();
        if (!open.isEmpty()) {
            progress.accept("do not agree yet: " + open.size() + "; retrying for " + settle.toSeconds() + " s, and as long as orders that break a promise settle");
        }
        boolean over = false;
        ProgressReport settling = new ProgressReport(progress);
        while (!open.isEmpty() && !over) {
            over = pause(end);
            long before = breaking(open);
            open = check(open.keySet(), open);
            if (breaking(open) < before) {
                end = System.nanoTime() + settle.toNanos();
                over = false;
            }
            settling.update("do not agree yet: " + open.size());
        }
        return report(open);
    }

    private long breaking(Map<Long, Open> open) {
        return open.entrySet().stream().filter(each -> !rules.breaches(each.getKey(), each.getValue().rows).isEmpty()).count();
    }

    /** Compares all lists in parallel, newest order first, and returns the orders to check again. */
    private List<Long> ordersToCheck(int timelines) {
        var order = orders.cursor(readers);
        var payment = payments.cursor(readers);
        var delivery = deliveries.cursor(readers);
        var view = views.cursor(readers);
        var account = accounts == null ? null : accounts.cursor(readers);
        List<Long> found = new ArrayList<>();
        long seen = 0;
        ProgressReport reading = new ProgressReport(progress);
        while (true) {
            long id = LongStream.of(order.next(), payment.next(), delivery.next(), view.next(), account == null ? PagedList.END : account.next()).max().getAsLong();
            if (id == PagedList.END) {
                return found;
            }
            OrderRows rows = OrderRows.of(order.take(id), payment.take(id), delivery.take(id), view.take(id),
                    account == null ? List.of() : account.take(id));
            if (isArchived(rows, archived)) {
                heldForArchived += rows.money().held();
            } else if (seen++ < timelines || !rules.agree(rows)) {
                found.add(id);
            }
            if (rows.order() != null) {
                compared++;
            }
            reading.update(compared + " orders compared, down to " + id);
        }
    }

    /** Whether the order is known to the provider alone because it is archived. Its money is compared in the total. */
    private static boolean isArchived(OrderRows rows, Total archived) {
        return rows.account() != null && rows.order() == null && rows.payment() == null && rows.delivery() == null && rows.view() == null
                && rows.account().orderId() <= archived.last && rows.money().reserved() == 0;
    }

    private Total total() {
        return accounts == null ? Total.NONE : archive(pay, json -> Json.MAPPER.readValue(json, Total.class), Total.NONE).orElse(Total.UNKNOWN);
    }

    /** The orders that archive-orders has not deleted everywhere yet. */
    private Set<Long> archiving() {
        return this.<Set<Long>>archive(app, json -> {
            Set<Long> orders = new HashSet<>();
            Json.read(json).path("orders").forEach(order -> orders.add(order.asLong()));
            return orders;
        }, Set.of()).orElse(Set.of());
    }

    /** Returns nothing without the operator's key, with which alone a context shows this. */
    private <T> Optional<T> archive(ContextApi context, FailableFunction<byte[], T, IOException> reading, T otherwise) {
        try {
            return Optional.of(context.get("/archive", reading, otherwise));
        } catch (OperatorCommand.Stop e) {
            if (e.status == 0) {
                throw e;
            }
            refused = true;
            return Optional.empty();
        }
    }

    /** Reads some orders from all contexts, and returns those that do not agree. */
    private Map<Long, Open> check(Collection<Long> ids, Map<Long, Open> before) {
        List<Long> newestFirst = List.copyOf(ids);
        Set<Long> archiving = archiving();
        // after that: an order leaves app's list when pay's total has it
        Total archivedNow = total();
        Future<Map<Long, List<Order>>> order = readers.submit(() -> orders.of(newestFirst));
        Future<Map<Long, List<Payment>>> payment = readers.submit(() -> payments.of(newestFirst));
        Future<Map<Long, List<Delivery>>> delivery = readers.submit(() -> deliveries.of(newestFirst));
        Future<Map<Long, List<Progress>>> view = readers.submit(() -> views.of(newestFirst));
        Future<Map<Long, List<Account>>> account = readers.submit(() -> accounts == null ? Map.of() : accounts.of(newestFirst));
        Map<Long, Open> open = new TreeMap<>(Comparator.reverseOrder());
        Map<Long, Future<OrderRows>> agreeing = new TreeMap<>();
        for (Long id : newestFirst) {
            OrderRows rows = OrderRows.of(of(order, id), of(payment, id), of(delivery, id), of(view, id), of(account, id));
            if (isArchived(rows, archivedNow)) {
                continue;
            }
            if (rules.agree(rows)) {
                agreeing.put(id, readers.submit(() -> rows.view() == null ? rows : rows.withTimeline(timeline(id))));
            } else if ((rules.waits(rows, awaited) || !Instant.now().isBefore(awaited)) && rules.breaches(id, rows).isEmpty()) {
                moving.put(id, rows);
            } else {
                open.put(id, new Open(rows, !archiving.contains(id) && unchanged(rows, before.get(id))));
            }
        }
        agreeing.forEach((id, complete) -> {
            OrderRows rows = result(complete);
            if (!rules.agree(rows)) {
                open.put(id, new Open(rows, unchanged(rows, before.get(id))));
            }
        });
        return open;
    }

    private static boolean unchanged(OrderRows rows, Open before) {
        return before == null || before.unchanged && before.rows.equals(rows);
    }

    private static <T> List<T> of(Future<Map<Long, List<T>>> rows, Long id) {
        return result(rows).getOrDefault(id, List.of());
    }

    private List<String> timeline(long id) {
        return customer.get(OrderRows.HISTORY + "/" + id, json -> {
            List<String> types = new ArrayList<>();
            for (JsonNode step : Json.read(json).path("timeline")) {
                types.add(step.path("type").asText());
            }
            return types;
        }, List.of());
    }

    /** Waits before the next read, and returns whether that one is the last. */
    private static boolean pause(long end) {
        long left = Math.max(0, end - System.nanoTime());
        long pause = Math.min(left, PAUSE.toNanos());
        OperatorCommand.pause(Duration.ofNanos(pause));
        return pause == left;
    }

    private Report report(Map<Long, Open> open) {
        List<Breach> breaches = new ArrayList<>();
        open.forEach((id, last) -> {
            List<Breach> wrong = last.unchanged ? rules.breaches(id, last.rows) : List.of();
            breaches.addAll(wrong);
            if (wrong.isEmpty()) {
                moving.put(id, last.rows);
            }
        });
        if (!refused && heldForArchived != archived.held && archived.equals(total())) {
            breaches.add(new Breach(archived.last, "I9", "the provider holds " + heldForArchived + " won for the archived orders up to this one, but should hold " + archived.held
                    + "; compare its accounts with the archive", archived.orders + " archived orders", false));
        }
        return new Report(compared, breaches, moving.entrySet().stream().map(each -> new Moving(each.getKey(), each.getValue().statuses())).toList(),
                refused ? "orders that the provider alone knows, because only an operator may read which ones are archived" : null);
    }

    static <T> T result(Future<T> reading) {
        try {
            return reading.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperatorCommand.Stop(2, "interrupted");
        }
    }

    @Override
    public void close() {
        readers.shutdownNow();
    }
}
