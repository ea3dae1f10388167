package phone82.gateway.page;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import phone82.gateway.page.Lookup.Answer;
import phone82.platform.http.Content;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;
import static phone82.gateway.page.Lookup.MISSING;

/**
 * The page of one order, with what the user of the request may see of it. Its status is that of the API, or 200 with the history if app does not answer. The answers of the contexts are
 * part of it, so that its scripts need not request them.
 */
public final class OrderPage {

    /** As order.js has it. */
    private static final Pattern ID = Pattern.compile("[1-9]\\d{0,17}");

    private static final int UNAVAILABLE = 503;

    private final Lookup lookup;

    public OrderPage(Lookup lookup) {
        this.lookup = lookup;
    }

    /** A page that is sent once, and its status. */
    public record Rendered(int status, Content content) {
    }

    /** The answers about one order. */
    record Answers(Answer order, Answer history, Answer payment, Answer delivery, Answer phones) {
    }

    public Future<Rendered> of(RoutingContext request, String id) {
        PageWords words = PageWords.preferred(request.request().getHeader(HttpHeaders.ACCEPT_LANGUAGE));
        Future<Map<String, Answer>> answers = ID.matcher(id).matches()
                ? lookup.answers(request, Map.of("/orders/" + id, "app", "/history/" + id, "customer", "/payments/" + id, "pay", "/deliveries/" + id, "store", "/phones", "app"))
                : Future.succeededFuture(null);
        return answers.compose(found -> request.vertx().executeBlocking(() -> render(words, id, found), false));
    }

    /** @param found the answers by path; null if no order can have this id */
    private static Rendered render(PageWords words, String id, Map<String, Answer> found) {
        String title = words.say("order.title", "id", id);
        Answers answers = found == null ? null
                : new Answers(found.get("/orders/" + id), found.get("/history/" + id), found.get("/payments/" + id), found.get("/deliveries/" + id), found.get("/phones"));
        int status = answers == null ? MISSING : status(answers);
        if (status != 200) {
            return rendered(status, ShopPage.render(words, "order", title, List.of(ShopPage.heading(title, Html.NOTHING), refusal(words, id, status))));
        }
        OrderView view = new OrderView(words, Instant.now(), (answers.order().isFound() ? answers.order() : answers.history()).body(), answers);
        List<Html> shown = new ArrayList<>(view.body());
        shown.add(Html.element("p class=\"hint\"", words.say("plain.order"), " ", reload(words, id)));
        List<Html> plain = List.of(ShopPage.heading(title, view.badge()), Html.element("div class=\"order\"", shown));
        return rendered(status, ShopPage.withKnown(ShopPage.render(words, "order", title, plain), Lookup.known(found)));
    }

    static Rendered rendered(int status, String page) {
        return new Rendered(status, Content.once(ShopPage.TYPE, page.getBytes(UTF_8)));
    }

    /** The history is shown if app does not answer. */
    private static int status(Answers answers) {
        int status = answers.order().status();
        boolean refused = status == MISSING || status == 401 || status == 403;
        return refused ? status : answers.order().isFound() || answers.history().isFound() ? 200 : UNAVAILABLE;
    }

    private static Html refusal(PageWords words, String id, int status) {
        return switch (status) {
            case MISSING -> ShopPage.notice(words.say("order.missing", "id", id), Html.element("p", words.say("order.missing.text")),
                    Html.element("a class=\"button\" href=\"/\"", words.say("nothing.go")));
            case UNAVAILABLE -> ShopPage.notice(words.say("bad.title"), Html.element("p", words.say("plain.away")), reload(words, id));
            default -> ShopPage.notice(words.say("plain.refused"), Html.element("p", words.say("plain.refused.text")), Html.NOTHING);
        };
    }

    private static Html reload(PageWords words, String id) {
        return Html.element("a class=\"button\" href=\"/orders/" + id + '"', words.say("plain.reload"));
    }
}
