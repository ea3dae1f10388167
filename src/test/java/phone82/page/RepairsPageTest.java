package phone82.page;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route.FulfillOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.HasCountOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsHiddenOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import com.microsoft.playwright.options.AriaRole;
import jakarta.jms.JMSException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import phone82.Context;
import phone82.journey.Phone82Extension;
import phone82.journey.Shop;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static phone82.journey.Shop.anOrder;

/** An operator replays dead letters and has stuck orders asked for again, by the operator's page. */
class RepairsPageTest {

    /** Longer than the page needs to see a change. */
    private static final int SEEN = 20_000;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=0s", "--phone82.events.attempts=1", "--phone82.app.stuck-every=500ms");
    @RegisterExtension
    static final BrowserExtension BROWSER = new BrowserExtension();

    private Page page;

    @BeforeEach
    void open() {
        page = BROWSER.open(new NewContextOptions().setLocale("en-US").setHttpCredentials("operator", Phone82Extension.OPERATOR_PASSWORD)).newPage();
        page.addInitScript(BrowserExtension.AXE);
        page.addInitScript(BrowserExtension.FREQUENT_LOOKS);
        page.navigate(PHONE82.operations().url("/"));
        assertThat(page.locator("#overall")).not().hasText("");
    }

    @Test
    void aDeadLetterIsReplayedAfterItsCauseIsRemoved() {
        JdbcTemplate store = PHONE82.bean(Context.STORE, JdbcTemplate.class);
        store.execute("alter table delivery rename to unreadable");
        long id;
        Locator replay = waiting("store dead-letters").locator("tbody button");
        try {
            id = PHONE82.gateway().place(anOrder()).expect(201).id();
            assertThat(replay).isVisible(new IsVisibleOptions().setTimeout(SEEN));
            assertThat(waiting("store dead-letters").locator("tbody td").nth(1)).hasText(String.valueOf(id));
            assertThat(waiting("store dead-letters").locator("tbody td").nth(3)).not().hasText("");
            isAccessible();

            replay.click();
            assertThat(page.getByRole(AriaRole.DIALOG)).containsText("Replay phone82.pay.PayCompleted of order " + id + " in store");
            isAccessible();
            page.keyboard().press("Escape");
            assertThat(page.locator("dialog")).hasCount(0);
            assertThat(replay).isFocused();
            assertThat(page.locator("#repairs-result")).hasText("");

            confirm(replay);
            assertThat(page.locator("#repairs-result")).containsText("Not repaired: It stays a dead letter. Remove the cause");
            assertThat(replay).isFocused();
        } finally {
            store.execute("alter table unreadable rename to delivery");
        }

        confirm(replay);

        assertThat(page.locator("#repairs-result")).hasText("Dead letters replayed: 1.");
        assertThat(replay).hasCount(0);
        assertThat(page.locator("#repairs-title")).isFocused();
        isAccessible();
        PHONE82.gateway().awaitShipped(id);
        assertThat(entries("store/dead-letters/")).anyMatch(entry -> entry.contains("409")).anyMatch(entry -> entry.contains("200")).allMatch(entry -> entry.startsWith("operator "));
    }

    @Test
    void allDeadLettersOfAContextAreReplayedAndThoseThatFailAgainStay() throws JMSException {
        String fit = UUID.randomUUID().toString();
        PHONE82.topics().sendAs("app", "dead-letters.app", "phone82.store.Shipped", 1001, UUID.randomUUID().toString(), "{\"orderId\":1001}");
        long id = PHONE82.gateway().place(anOrder()).expect(201).id();
        PHONE82.gateway().awaitShipped(id);
        PHONE82.topics().sendAs("app", "dead-letters.app", "phone82.store.Shipped", id, fit, "{\"orderId\":" + id + "}");
        assertThat(waiting("app dead-letters").locator("tbody tr")).hasCount(2, new HasCountOptions().setTimeout(SEEN));

        confirm(waiting("app dead-letters").locator("> button"));

        assertThat(page.locator("#repairs-result")).hasText("Dead letters replayed: 1; failed again and stay: 1.");
        assertThat(waiting("app dead-letters").locator("tbody tr")).hasCount(1);
        assertThat(waiting("app dead-letters").locator("> button")).isFocused();
        page.locator("#language").click();
        assertThat(page.locator("#repairs-result")).hasText("이벤트 1건을 다시 처리했고, 1건은 다시 실패하여 남았습니다.");
        isAccessible();
        assertThat(waiting("app dead-letters").locator("tbody tr")).containsText("1001");
    }

    @Test
    void lettersThatWereNotTriedAreMentioned() throws JMSException {
        PHONE82.topics().sendAs("customer", "dead-letters.customer", "phone82.pay.PayCompleted", 1003, UUID.randomUUID().toString(), "{\"orderId\":1003,\"item\":\"note20\",\"qty\":1}");
        Locator replay = waiting("customer dead-letters").locator("> button");
        assertThat(replay).isVisible(new IsVisibleOptions().setTimeout(SEEN));
        String all = "**/repairs/customer/dead-letters";
        page.route(all, route -> route.fulfill(new FulfillOptions().setContentType("application/json").setBody("{\"repaired\":1,\"failed\":2,\"more\":true}")));

        confirm(replay);

        assertThat(page.locator("#repairs-result")).hasText("Dead letters replayed: 1; failed again and stay: 2; others were not tried: run “dead-letters replay”.");
        page.unroute(all);
        confirm(replay);
        assertThat(page.locator("#repairs-result")).hasText("Dead letters replayed: 1.");
    }

    @Test
    void aStuckOrderIsAskedForAgain() {
        JdbcTemplate app = PHONE82.bean(Context.APP, JdbcTemplate.class);
        long id = PHONE82.gateway().place(anOrder()).expect(201).id();
        PHONE82.gateway().awaitShipped(id);
        app.update("update orders set status = 'Paid' where id = ?", id);
        app.update("insert into stuck (order_id, asked, ask_at) values (?, 2, ?)", id, Timestamp.from(Instant.now().plusSeconds(3600)));
        Locator ask = waiting("app stuck-orders").locator("tbody button");
        assertThat(ask).isVisible(new IsVisibleOptions().setTimeout(SEEN));
        isAccessible();

        confirm(ask);

        assertThat(page.locator("#repairs-result")).hasText("Orders whose events will be sent again: 1.");
        await().untilAsserted(() -> assertThat(app.queryForObject("select asked from stuck where order_id = ?", Integer.class, id)).isEqualTo(3));
        app.update("update orders set status = 'Shipped' where id = ?", id);
        assertThat(ask).isHidden(new IsHiddenOptions().setTimeout(SEEN));
        assertThat(entries("app/stuck-orders/" + id)).containsExactly("operator 200");
    }

    private Locator waiting(String what) {
        return page.locator("[data-waiting='" + what + "']");
    }

    private void confirm(Locator button) {
        button.click();
        page.locator("dialog button[value=yes]").click();
    }

    private List<String> entries(String target) {
        Shop operations = PHONE82.operations();
        List<String> entries = new ArrayList<>();
        operations.send(operations.requestOfOperator("/audit").GET()).expect(200).body().path("items").forEach(entry -> {
            if (entry.path("action").asText().equals("operations-repair") && entry.path("target").asText().startsWith(target)) {
                entries.add(entry.path("subject").asText() + " " + entry.path("result").asText());
            }
        });
        return entries;
    }

    private void isAccessible() {
        assertThat((List<?>) page.evaluate("async () => (await axe.run()).violations.filter(each => each.impact === 'serious' || each.impact === 'critical').map(each => each.id)")).isEmpty();
    }
}
