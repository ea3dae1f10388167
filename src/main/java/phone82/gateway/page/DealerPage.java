package phone82.gateway.page;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import phone82.gateway.login.ShownSession;
import phone82.gateway.page.Lookup.Answer;
import phone82.gateway.page.OrderPage.Rendered;
import phone82.gateway.page.ShopPage.View;
import phone82.platform.api.Json;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The dealer's page. The session and the deliveries that the user of the request may see are part of it, so that its scripts need not request them. */
public final class DealerPage {

    /** The queues of unfinished work, as dealer.js reads them unless it filters them by item. */
    private static final List<String> QUEUES = List.of("/deliveries?size=200&status=Received&sort=dispatchAt", "/deliveries?size=200&status=Paused&sort=dispatchAt",
            "/deliveries?size=200&status=Held");

    private final Lookup lookup;
    /** By language, for users that are not logged in: anybody can request any number of these pages, which must cost the contexts nothing. */
    private final Map<String, Rendered> forStrangers = new ConcurrentHashMap<>();

    public DealerPage(Lookup lookup) {
        this.lookup = lookup;
    }

    public Future<Rendered> of(RoutingContext request) {
        PageWords words = PageWords.preferred(request.request().getHeader(HttpHeaders.ACCEPT_LANGUAGE));
        ShownSession session = request.get(ShownSession.KEY);
        if (session != null && session.isAnonymous()) {
            Rendered page = forStrangers.get(words.language());
            return page != null ? Future.succeededFuture(page) : request.vertx().executeBlocking(
                    () -> forStrangers.computeIfAbsent(words.language(), language -> render(words, session, Map.of())), false);
        }
        boolean needsQueues = request.request().getParam("item") == null;
        Map<String, String> contexts = Stream.concat(Stream.of("/phones"), needsQueues ? QUEUES.stream() : Stream.of())
                .collect(Collectors.toMap(path -> path, path -> path.equals("/phones") ? "app" : "store"));
        return lookup.answers(request, contexts).compose(found -> request.vertx().executeBlocking(() -> render(words, session, found), false));
    }

    private static Rendered render(PageWords words, ShownSession session, Map<String, Answer> found) {
        ObjectNode known = Lookup.known(found);
        if (session != null) {
            known.set("/session", Json.MAPPER.valueToTree(session));
        }
        return OrderPage.rendered(200, ShopPage.withKnown(ShopPage.render(View.DEALER, words), known));
    }
}
