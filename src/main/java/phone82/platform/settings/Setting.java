package phone82.platform.settings;

import java.util.List;

/**
 * A setting, or a group of equal settings of several contexts.
 *
 * @param name     contains {@code <context>} if each of {@code contexts} has the setting
 * @param purpose  the description in {@code --help}
 * @param fallback the default, if phone82's own files have none; null: no default
 */
public record Setting(String name, List<String> contexts, ValueRule rule, String purpose, String fallback) {

    private static final String CONTEXT = "<context>";

    static Setting of(String name, ValueRule rule, String purpose) {
        return new Setting(name, List.of(), rule, purpose, null);
    }

    static Setting ofEach(String name, ValueRule rule, String purpose, String... contexts) {
        return new Setting(name, List.of(contexts), rule, purpose, null);
    }

    Setting or(String fallback) {
        return new Setting(name, contexts, rule, purpose, fallback);
    }

    /** Returns the allowed values in words. */
    public String allowed() {
        return rule.allowed();
    }

    public List<String> names() {
        return contexts.isEmpty() ? List.of(name) : contexts.stream().map(context -> name.replace(CONTEXT, context)).toList();
    }
}
