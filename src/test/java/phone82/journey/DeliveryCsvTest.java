package phone82.journey;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** The deliveries as CSV, for a client that prefers it. */
class DeliveryCsvTest {

    private static final Pattern NEXT = Pattern.compile("<(/[^>]+)>; rel=\"next\"");
    private static final String HEADER = "orderId,item,qty,status,receivedAt,dispatchAt,shippedAt,pausedAt,pauseReason";

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.all("--phone82.store.dispatch-delay=1h");

    private final Shop shop = PHONE82.gateway();
    private final StoreSteps steps = new StoreSteps(PHONE82);

    @Test
    void theListIsTheSameAsInJsonPageByPage() {
        List<String> items = List.of("=1+1", "@x", "a,b", "say \"x\"", "재고");
        items.forEach(steps::received);
        steps.pause(steps.received("note20"), "-2 in stock").expect(200);

        List<String> lines = new ArrayList<>();
        for (String next = "/deliveries?size=4"; next != null; ) {
            HttpResponse<byte[]> page = csv(next, "text/csv");
            assertThat(page.headers().firstValue("Content-Type")).contains("text/csv; charset=utf-8; header=present");
            assertThat(page.headers().allValues("Vary")).contains("Accept");
            List<String> rows = new String(page.body(), UTF_8).lines().toList();
            assertThat(rows.get(0)).isEqualTo(HEADER);
            lines.addAll(rows.subList(1, rows.size()));
            Matcher link = NEXT.matcher(page.headers().firstValue("Link").orElse(""));
            next = link.matches() ? link.group(1) : null;
            assertThat(rows).hasSizeLessThanOrEqualTo(5).hasSizeGreaterThanOrEqualTo(next == null ? 2 : 5);
        }

        List<JsonNode> deliveries = shop.all("/deliveries");
        assertThat(lines).hasSameSizeAs(deliveries);
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).startsWith(deliveries.get(i).get("orderId").asText() + ",").contains(deliveries.get(i).get("receivedAt").asText());
        }
        String all = String.join("\n", lines);
        assertThat(all).contains(",'=1+1,1,Received,", ",'@x,1,", ",\"a,b\",1,", ",\"say \"\"x\"\"\",1,", ",재고,1,", ",Paused,", ",'-2 in stock").doesNotContain("amount", "rice");
    }

    @Test
    void theNextPageKeepsTheFilter() {
        steps.received("a & b");
        steps.received("a & b");

        String first = csv("/deliveries?size=1&status=Received&item=a%20%26%20b&sort=dispatchAt&x=%3E", "text/csv").headers().firstValue("Link").orElseThrow();

        Matcher link = NEXT.matcher(first);
        assertThat(link.matches()).as(first).isTrue();
        assertThat(link.group(1)).matches("/deliveries\\?size=1&after=\\d+&status=Received&item=a\\+%26\\+b&sort=dispatchAt");
        HttpResponse<byte[]> last = csv(link.group(1), "text/csv");
        assertThat(new String(last.body(), UTF_8).lines()).hasSize(2);
        assertThat(last.headers().firstValue("Link")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/json", "text/*", "text/csv;q=0.5, application/json", "text/html, */*"})
    void anyOtherClientGetsJson(String accept) {
        HttpResponse<byte[]> page = csv("/deliveries", accept);

        assertThat(page.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(page.headers().allValues("Vary")).contains("Accept");
        assertThat(page.headers().firstValue("Link")).isEmpty();
    }

    @Test
    void aFailureIsAProblem() {
        HttpResponse<byte[]> refused = csv("/deliveries?size=0", "text/csv");

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void otherListsAreJson() {
        assertThat(csv("/orders", "text/csv").headers().firstValue("Content-Type")).contains("application/json");
    }

    private HttpResponse<byte[]> csv(String path, String accept) {
        return shop.exchange(shop.request(path).header("Accept", accept).GET());
    }
}
