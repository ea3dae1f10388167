package phone82.gateway.page;

import java.util.Collection;

/** A piece of HTML. */
record Html(String markup) {

    static final Html NOTHING = new Html("");

    /**
     * @param start    the tag with its attributes; it is not escaped, so it must not contain data
     * @param children HTML, collections of it, and anything else as escaped text
     */
    static Html element(String start, Object... children) {
        StringBuilder markup = new StringBuilder("<").append(start).append('>');
        for (Object child : children) {
            append(markup, child);
        }
        return new Html(markup.append("</").append(start.split(" ", 2)[0]).append('>').toString());
    }

    private static void append(StringBuilder markup, Object child) {
        if (child instanceof Html html) {
            markup.append(html.markup);
        } else if (child instanceof Collection<?> children) {
            children.forEach(each -> append(markup, each));
        } else {
            markup.append(escape(String.valueOf(child)));
        }
    }

    /** Escapes a text, also for an attribute in double quotes. */
    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
