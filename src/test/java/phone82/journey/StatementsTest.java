package phone82.journey;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** What one order costs in the databases, from HSQLDB's own log of statements. A change that adds a statement fails here. */
@Tag("alone")
class StatementsTest {

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.shared("--phone82.store.dispatch-delay=0s");

    private static final List<Context> COUNTED = List.of(Context.APP, Context.PAY, Context.STORE, Context.CUSTOMER);
    private static final int ORDERS = 10;
    /** The number of events that these contexts send for one order. */
    private static final Map<Context, Integer> EVENTS = Map.of(Context.APP, 1, Context.PAY, 1, Context.STORE, 2);
    private static final Pattern LOGGED = Pattern.compile("\\d{4}-\\d\\d-\\d\\d [\\d:.]+ (\\d+) (\\w+) .*");

    private final Shop shop = PHONE82.gateway();

    /** The statements of all transactions that changed something, and the number of these transactions. */
    private record Cost(int statements, int commits) {
    }

    @Test
    void anOrderTakes36StatementsInAtMost15Transactions() throws IOException {
        place(1);
        COUNTED.forEach(context -> log(context, 3));
        place(ORDERS);
        COUNTED.forEach(context -> log(context, 0));

        Map<Context, Cost> costs = new EnumMap<>(Context.class);
        for (Context context : COUNTED) {
            costs.put(context, cost(Files.readAllLines(folder(context).resolve("db.sql.log"))));
        }
        System.out.printf("%d orders, one after the other: %s%n", ORDERS, costs);
        assertThat(costs.get(Context.APP)).isEqualTo(new Cost(10 * ORDERS, 4 * ORDERS));
        assertThat(costs.get(Context.PAY)).isEqualTo(new Cost(11 * ORDERS, 5 * ORDERS));
        assertThat(costs.get(Context.STORE)).isEqualTo(new Cost(7 * ORDERS, 2 * ORDERS));
        // both events of store may be in one transaction
        assertThat(costs.get(Context.CUSTOMER).statements).isEqualTo(8 * ORDERS);
        assertThat(costs.get(Context.CUSTOMER).commits).isLessThanOrEqualTo(4 * ORDERS);
    }

    private void place(int orders) {
        Map<Context, Double> before = new EnumMap<>(Context.class);
        EVENTS.keySet().forEach(context -> before.put(context, PHONE82.eventsSent(context)));
        for (int i = 0; i < orders; i++) {
            long id = shop.place(anOrder()).expect(201).id();
            for (String path : List.of("/orders/", "/history/")) {
                await().untilAsserted(() -> assertThat(shop.status(path + id)).isEqualTo("Shipped"));
            }
        }
        // an event is marked as sent a moment after it has arrived
        EVENTS.forEach((context, events) -> await().until(() -> PHONE82.eventsSent(context) >= before.get(context) + orders * events));
    }

    private static void log(Context context, int level) {
        PHONE82.bean(context, JdbcTemplate.class).execute("set database event log sql level " + level);
    }

    private static Path folder(Context context) {
        return Path.of(PHONE82.bean(context, Environment.class).getRequiredProperty("phone82.data"), context.id());
    }

    private static Cost cost(List<String> log) {
        Map<String, Integer> statements = new HashMap<>();
        Map<String, Boolean> changed = new HashMap<>();
        int counted = 0;
        int commits = 0;
        for (String line : log) {
            Matcher logged = LOGGED.matcher(line);
            if (!logged.matches()) {
                continue;
            }
            String session = logged.group(1);
            switch (logged.group(2)) {
                case "select" -> statements.merge(session, 1, Integer::sum);
                case "insert", "update", "merge", "delete" -> {
                    statements.merge(session, 1, Integer::sum);
                    changed.put(session, true);
                }
                default -> {
                    int read = statements.getOrDefault(session, 0);
                    if (changed.getOrDefault(session, false)) {
                        counted += read;
                        commits++;
                    }
                    statements.remove(session);
                    changed.remove(session);
                }
            }
        }
        return new Cost(counted, commits);
    }
}
