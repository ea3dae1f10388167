package phone82.gateway.page;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.commons.lang3.function.Failable;
import org.springframework.core.io.ClassPathResource;
import phone82.platform.api.Json;
import phone82.platform.http.Content;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The page {@code index.html} in the language of a request. Browsers that run no scripts show a part of it that the scripts replace. */
public final class ShopPage {

    static final String TYPE = "text/html; charset=utf-8";

    private static final Pattern TEXT = Pattern.compile("data-words=\"([\\w.]+)\"[^>]*>");
    private static final Pattern LABEL = Pattern.compile("data-label=\"([\\w.]+)\"");
    private static final String TITLE = "<title>phone82</title>";
    private static final String PLAIN = "<noscript></noscript>";
    private static final String MAIN_ENDS = "</main>";
    private static final String PHONES = "    <link rel=\"preload\" href=\"/phones\" as=\"fetch\" crossorigin>\n";

    /** Scripts, what is loaded for them, and what works only with them. */
    private static final Pattern SCRIPTS = Pattern.compile("\\s*(?:<script [^>]*></script>"
            + "|<link rel=\"(?:module)?preload\"[^>]*>|(?s)<div class=\"(?:tools|late)\">.*?</div>)");

    private static final String ASSETS = "/assets/" + Assets.VERSION + "/";
    private static final String TEMPLATE = read();
    private static final Map<String, String> PRELOADS = new ConcurrentHashMap<>();

    /** A view that shows no data without scripts. */
    public enum View {
        SHOP("shop", "shop.title", "plain.shop"),
        GUEST("guest", "guest.link", "plain.guest"),
        MINE("mine", "mine.title", "plain.list"),
        ORDERS("orders", "orders.title", "plain.list"),
        DEALER("dealer", "dealer.title", "plain.dealer"),
        SLIPS("slips", "dealer.title", "plain.dealer"),
        NOTHING("app", "nothing.title", "nothing.text"),
        LOGIN_FAILED("plain.login", "plain.login.text"),
        TOO_MANY("bad.title", "plain.many"),
        UNAVAILABLE("bad.title", "plain.unavailable");

        /** Null for a page without scripts. */
        private final String module;
        private final String title;
        private final String text;

        View(String module, String title, String text) {
            this.module = module;
            this.title = title;
            this.text = text;
        }

        /** A view that no script shows. */
        View(String title, String text) {
            this(null, title, text);
        }
    }

    private record Key(View view, String language) {
    }

    private final Map<Key, Content> contents = new ConcurrentHashMap<>();

    /** @param acceptLanguage null if the request has none */
    public Content of(View view, String acceptLanguage) {
        PageWords words = PageWords.preferred(acceptLanguage);
        return contents.computeIfAbsent(new Key(view, words.language()), key -> Content.of(TYPE, render(view, words).getBytes(UTF_8)));
    }

    static String render(View view, PageWords words) {
        List<Html> plain = List.of(heading(words.say(view.title), Html.NOTHING), notice(words.say(view.text), Html.NOTHING, actions(view, words)));
        return view.module == null ? withoutScripts(render(words, "app", words.say(view.title), plain)) : render(words, view.module, null, plain);
    }

    private static List<Html> actions(View view, PageWords words) {
        Html shop = Html.element("a class=\"button\" href=\"/\"", words.say("nothing.go"));
        return switch (view) {
            case NOTHING -> List.of(Html.element("a class=\"button main\" href=\"/\"", words.say("nothing.go")));
            case LOGIN_FAILED -> List.of(Html.element("a class=\"button main\" href=\"/login\"", words.say("shop.login")), shop);
            // the address of the page itself
            case TOO_MANY, UNAVAILABLE -> List.of(Html.element("a class=\"button main\" href=\"\"", words.say("again")));
            default -> List.of();
        };
    }

    private static String withoutScripts(String page) {
        return SCRIPTS.matcher(page).replaceAll("").replaceAll("</?noscript>", "").replace("<html ", "<html class=\"ready\" ");
    }

    static Html heading(String title, Html state) {
        return Html.element("div class=\"head\"", Html.element("div class=\"row\"", Html.element("h1", title), Html.element("span", state)));
    }

    static Html notice(String title, Html text, Object... actions) {
        return Html.element("div class=\"notice warn\"", Html.element("strong", title), text, Html.element("div class=\"actions\"", actions));
    }

    /**
     * @param module of the view that the scripts show
     * @param title null for that of the shop
     * @param plain for browsers that run no scripts
     */
    static String render(PageWords words, String module, String title, List<Html> plain) {
        String page = TEMPLATE.replace("<html lang=\"en\">", "<html lang=\"" + words.language() + "\">")
                .replace(preload("app"), PRELOADS.computeIfAbsent(module, ShopPage::preloads))
                .replace(PLAIN, Html.element("noscript", plain).markup());
        page = TEXT.matcher(page).replaceAll(found -> Matcher.quoteReplacement(found.group() + Html.escape(words.say(found.group(1)))));
        page = LABEL.matcher(page).replaceAll(found -> Matcher.quoteReplacement(found.group() + " aria-label=\"" + Html.escape(words.say(found.group(1))) + '"'));
        return title == null ? page : page.replace(TITLE, "<title>" + Html.escape(title) + " · phone82</title>");
    }

    private static String preload(String module) {
        return "    <link rel=\"modulepreload\" href=\"" + ASSETS + module + ".js\">\n";
    }

    private static String preloads(String module) {
        return Modules.closure(List.of("app", module)).stream().map(ShopPage::preload).collect(Collectors.joining());
    }

    /** Adds JSON with the price list and more, which the scripts read instead of requesting it. */
    static String withKnown(String page, JsonNode known) {
        // no text in it can end the element
        String json = Json.text(known).replace("<", "\\u003c");
        return page.replace(PHONES, "").replace(MAIN_ENDS, MAIN_ENDS + "\n    <script type=\"application/json\" id=\"known\">" + json + "</script>");
    }

    private static String read() {
        String page = Failable.get(() -> new ClassPathResource("static/index.html").getContentAsString(UTF_8)).replace("\"/assets/", '"' + ASSETS);
        for (String part : List.of(TITLE, PLAIN, MAIN_ENDS, PHONES, preload("app"))) {
            if (page.split(part, -1).length != 2) {
                throw new IllegalStateException("index.html must have " + part + " once");
            }
        }
        return page;
    }
}
