package phone82.gateway.page;

import org.apache.commons.lang3.function.Failable;
import org.springframework.core.io.ClassPathResource;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The modules of the page's scripts, by name. */
final class Modules {

    private static final Pattern IMPORT = Pattern.compile("^import .* from '\\./(\\w+)\\.js';$", Pattern.MULTILINE);

    private Modules() {
    }

    /** The modules, and those that they import, directly or not. */
    static Set<String> closure(Iterable<String> modules) {
        Set<String> all = new LinkedHashSet<>();
        modules.forEach(each -> collect(each, all));
        return all;
    }

    private static void collect(String module, Set<String> all) {
        if (all.add(module)) {
            Matcher imports = IMPORT.matcher(Failable.get(() -> new ClassPathResource("static/assets/" + module + ".js").getContentAsString(UTF_8)));
            while (imports.find()) {
                collect(imports.group(1), all);
            }
        }
    }
}
