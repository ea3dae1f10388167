package phone82.platform.settings;

import java.util.List;

/**
 * A setting, or one that each of several contexts has.
 *
 * @param name     with {@code <context>} where each of {@code contexts} has it
 * @param purpose  what it decides
 * @param fallback its value where no file of ours has one; null: none
 */
public record Setting(String name, List<String> contexts, ValueRule kind, String purpose, String fallback) {

    private static final String CONTEXT = "<context>";

    static Setting of(String name, ValueRule kind, String purpose) {
        return new Setting(name, List.of(), kind, purpose, null);
    }

    static Setting ofEach(String name, ValueRule kind, String purpose, String... contexts) {
        return new Setting(name, List.of(contexts), kind, purpose, null);
    }

    Setting or(String fallback) {
        return new Setting(name, contexts, kind, purpose, fallback);
    }

    /** What it may be, in words. */
    public String allowed() {
        return kind.allowed();
    }

    public List<String> names() {
        return contexts.isEmpty() ? List.of(name) : contexts.stream().map(context -> name.replace(CONTEXT, context)).toList();
    }
}
