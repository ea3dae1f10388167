package phone82.platform.settings;

import org.apache.commons.text.similarity.LevenshteinDistance;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.boot.origin.SystemEnvironmentOrigin;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import phone82.platform.api.Printable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.springframework.boot.DefaultPropertiesPropertySource.NAME;
import static org.springframework.core.env.StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
import static org.springframework.core.env.StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME;

/** Validates the settings of an environment, except those in phone82's own files. */
final class SettingsValidator {

    private static final int LONGEST = 200;
    private static final LevenshteinDistance DISTANCE = LevenshteinDistance.getDefaultInstance();
    /** Maximum edit distance of a name that counts as a typing error. */
    private static final int SLIP = 2;
    private static final String OURS = "class path resource";
    private static final String PHONE_PARTS = String.join("|", Settings.PHONES.parts());
    private static final String MODEL_PARTS = String.join("|", Settings.MODELS.parts());
    private static final Pattern LISTED = Pattern.compile("phone82\\.catalogue\\.(phones(\\[\\d+])?(\\.(" + PHONE_PARTS + "))?|models(\\[\\d+])?(\\.(" + MODEL_PARTS + "))?)");
    private static final Pattern LISTED_VARIABLE = Pattern.compile("PHONE82_CATALOGUE_(?i:PHONES_\\d+_(" + PHONE_PARTS + ")|MODELS_\\d+_(" + MODEL_PARTS + "))");
    private static final Bindable<List<Map<String, String>>> MODEL_LIST = Bindable.of(ResolvableType.forClassWithGenerics(List.class,
            ResolvableType.forClassWithGenerics(Map.class, String.class, String.class)));
    private static final Pattern LOG_LEVEL = Pattern.compile("(?i)trace|debug|info|warn|error|fatal|off|true|false");
    /** First parts of the names that Spring Boot, Camel and the libraries use. */
    private static final Set<String> OTHERS = Set.of("spring", "camel", "logging", "management", "otel", "debug", "trace");
    /** In each list, a value must not exceed the next. */
    private static final List<List<String>> ASCENDING = List.of(
            List.of("phone82.app.admission.least", "phone82.app.admission.first", "phone82.app.admission.most"),
            List.of("phone82.app.admission.quick", "phone82.app.admission.slow"),
            // otherwise the breaker closes while its trial may still get an answer
            List.of("phone82.app.payment.response-timeout", "phone82.app.bank-breaker.open"),
            List.of("phone82.app.breaker.minimum-calls", "phone82.app.breaker.window"),
            List.of("phone82.pay.breaker.minimum-calls", "phone82.pay.breaker.window"));

    private static final Map<String, Setting> KNOWN = new LinkedHashMap<>();
    private static final Map<ConfigurationPropertyName, Setting> NAMES = new LinkedHashMap<>();
    private static final Set<String> UNIFORM = new HashSet<>();
    private static final Set<String> VARIABLES = new HashSet<>();

    static {
        Settings.ALL.forEach(setting -> setting.names().forEach(name -> {
            KNOWN.put(name, setting);
            NAMES.put(ConfigurationPropertyName.of(name), setting);
        }));
        KNOWN.keySet().forEach(name -> {
            UNIFORM.add(uniform(name));
            VARIABLES.add(variable(name));
        });
    }

    private final ConfigurableEnvironment environment;
    private final List<String> findings = new ArrayList<>();
    private final Set<String> wrong = new HashSet<>();

    SettingsValidator(ConfigurableEnvironment environment) {
        this.environment = environment;
    }

    List<String> all() {
        arguments();
        // without phone82's own files, so that their values do not hide others
        List<ConfigurationPropertySource> sources = new ArrayList<>();
        ConfigurationPropertySources.get(environment).forEach(source -> {
            if (source instanceof IterableConfigurationPropertySource && !isOurs((PropertySource<?>) source.getUnderlyingSource())) {
                sources.add(source);
            }
        });
        NAMES.forEach((name, setting) -> {
            for (ConfigurationPropertySource source : sources) {
                ConfigurationProperty property = source.getConfigurationProperty(name);
                if (property != null) {
                    value(property, setting.rule());
                    break;
                }
            }
        });
        ascending();
        certificates();
        ports();
        phones();
        models();
        environment.getPropertySources().stream().filter(EnumerablePropertySource.class::isInstance).map(EnumerablePropertySource.class::cast)
                .forEach(this::names);
        return findings;
    }

    private void arguments() {
        PropertySource<?> defaults = environment.getPropertySources().get(NAME);
        if (defaults == null || !(defaults.getProperty(Settings.ARGUMENTS) instanceof String[] arguments)) {
            return;
        }
        Map<String, Integer> times = new LinkedHashMap<>();
        for (String argument : arguments) {
            String name = argument.split("=", 2)[0];
            if (!argument.startsWith("--")) {
                findings.add(shown(name) + " is not an option; write --<property>=<value>.");
            } else if (!argument.contains("=") && KNOWN.containsKey(name.substring(2))) {
                wrong.add(name.substring(2));
                findings.add(shown(name.substring(2)) + " (command line) has no value; write " + name + "=<value>.");
            } else {
                times.merge(name.substring(2), 1, Integer::sum);
            }
        }
        times.forEach((name, given) -> {
            if (given > 1) {
                wrong.add(name);
                findings.add(shown(name) + " (command line) is given " + given + " times; give it once.");
            }
        });
    }

    private void value(ConfigurationProperty property, ValueRule rule) {
        String name = property.getName().toString();
        if (wrong.contains(name)) {
            return;
        }
        String written = String.valueOf(property.getValue());
        String fault = fault(written, rule);
        if (fault != null) {
            wrong.add(name);
            findings.add(name + (written.isEmpty() ? "" : "=" + (rule.secret() ? "***" : shown(written))) + " (" + origin(property) + ") " + shown(fault)
                    + "; allowed: " + rule.allowed() + ".");
        }
    }

    private String fault(String written, ValueRule rule) {
        String value;
        try {
            value = environment.resolveRequiredPlaceholders(written);
        } catch (IllegalArgumentException e) {
            return "refers to another property that is not set";
        }
        return value.isEmpty() ? rule.empty() ? null : "is empty"
                : value.contains("#{") || value.contains("{{") || value.contains("${") ? "contains an expression, which is not evaluated" : rule.fault().apply(value);
    }

    private void ascending() {
        for (List<String> names : ASCENDING) {
            for (int i = 1; i < names.size(); i++) {
                String least = names.get(i - 1);
                String most = names.get(i);
                if (wrong.contains(least) || wrong.contains(most) || !environment.containsProperty(least) || !environment.containsProperty(most)) {
                    continue;
                }
                if (amount(least).compareTo(amount(most)) > 0) {
                    findings.add(least + "=" + environment.getProperty(least) + " is more than " + most + "=" + environment.getProperty(most) + "; decrease the first or increase the second.");
                }
            }
        }
    }

    private Duration amount(String name) {
        String value = environment.getRequiredProperty(name);
        return value.matches("\\d+") ? Duration.ofMillis(Long.parseLong(value)) : environment.getRequiredProperty(name, Duration.class);
    }

    /** Without the common certificate a process calls all of its ports by HTTP, and is restarted as not alive. */
    private void certificates() {
        if (environment.getProperty(Settings.CERTIFICATE, "").isEmpty()) {
            Settings.ALL.stream().filter(setting -> setting.name().equals(Settings.OWN_CERTIFICATE)).flatMap(setting -> setting.names().stream())
                    .filter(name -> !wrong.contains(name) && !environment.getProperty(name, "").isEmpty())
                    .forEach(name -> findings.add(name + " replaces " + Settings.CERTIFICATE + " for one port, and that is not set; set it and its key, too."));
        }
    }

    /** A port with the offset added must still be valid. */
    private void ports() {
        if (wrong.contains(Settings.PORT_OFFSET)) {
            return;
        }
        int offset = environment.getProperty(Settings.PORT_OFFSET, int.class, 0);
        SettingsCheck.ports().filter(name -> offset > 0 && !wrong.contains(name)).forEach(name -> {
            int port = environment.getProperty(name, int.class, 0);
            if (port > 0 && port + offset > 65535) {
                findings.add(name + "=" + port + " and " + Settings.PORT_OFFSET + "=" + offset + " make " + (port + offset) + ", which is not a port; "
                        + "allowed: up to 65535.");
            }
        });
    }

    /** The parts of a phone as they are written; a missing one is null. */
    record Phone(String item, String name, String price, String model, String storage, String colour) {
    }

    private void phones() {
        List<Phone> phones = listed(Settings.PHONES.name(), Bindable.listOf(Phone.class), "phones; allowed: item, name and price of each");
        for (int i = 0; i < phones.size(); i++) {
            String name = Settings.PHONES.name() + "[" + i + "]";
            Phone phone = phones.get(i);
            if (phone.item() == null || phone.name() == null || phone.price() == null) {
                findings.add(name + " is incomplete; allowed: item, name and price of each phone.");
                continue;
            }
            check(name + ".price", phone.price(), Settings.PRICE);
            check(name + ".storage", phone.storage(), Settings.STORAGE);
            check(name + ".colour", phone.colour(), Settings.COLOUR);
            for (String text : List.of(phone.item(), phone.name())) {
                if (!isLine(text)) {
                    findings.add(name + " has an item or name " + shown(text) + ", which cannot be ordered; allowed: 1 to 100 characters of one line.");
                }
            }
        }
    }

    private void models() {
        List<Map<String, String>> models = listed(Settings.MODELS.name(), MODEL_LIST, "models; allowed: model and texts of each");
        for (int i = 0; i < models.size(); i++) {
            String name = Settings.MODELS.name() + "[" + i + "]";
            if (!models.get(i).containsKey("model")) {
                findings.add(name + " is incomplete; allowed: the model with its texts.");
            }
            models.get(i).forEach((part, text) -> {
                if (!isLine(text)) {
                    findings.add(name + "." + part + "=" + shown(text) + " cannot be shown; allowed: 1 to 100 characters of one line.");
                }
            });
        }
    }

    private static boolean isLine(String text) {
        return !text.isBlank() && text.strip().equals(text) && text.codePointCount(0, text.length()) <= 100 && Printable.isPrintable(text);
    }

    /** @param value null is valid */
    private void check(String name, String value, ValueRule rule) {
        String fault = value == null ? null : fault(value, rule);
        if (fault != null) {
            findings.add(name + "=" + shown(value) + " " + fault + "; allowed: " + rule.allowed() + ".");
        }
    }

    /** The entries of a list, if an entry is set elsewhere than in phone82's own files. */
    private <T> List<T> listed(String list, Bindable<List<T>> type, String kind) {
        String variable = list.toUpperCase(Locale.ROOT).replace('.', '_') + "_";
        boolean isSet = environment.getPropertySources().stream().filter(source -> source instanceof EnumerablePropertySource<?>)
                .filter(source -> !isOurs(source))
                .anyMatch(source -> List.of(((EnumerablePropertySource<?>) source).getPropertyNames()).stream()
                        .anyMatch(name -> name.startsWith(list + "[") || name.startsWith(variable) && LISTED_VARIABLE.matcher(name).matches()));
        if (!isSet) {
            return List.of();
        }
        try {
            return Binder.get(environment).bind(ConfigurationPropertyName.of(list), type).orElse(List.of());
        } catch (RuntimeException e) {
            findings.add(list + " is not a list of " + kind + ", numbered from 0 without gaps.");
            return List.of();
        }
    }

    /** Reports unknown names. */
    private void names(EnumerablePropertySource<?> source) {
        boolean variables = SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME.equals(source.getName());
        if (isOurs(source)) {
            return;
        }
        for (String name : new TreeSet<>(List.of(source.getPropertyNames()))) {
            if (variables) {
                if (name.startsWith("PHONE82_") && !VARIABLES.contains(variable(name)) && !LISTED_VARIABLE.matcher(name).matches()) {
                    String nearest = nearest(variable(name), SettingsValidator::variable);
                    findings.add(shown(name) + " (environment variable) is unknown; the nearest is " + nearest.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_") + ".");
                }
                continue;
            }
            String uniform = uniform(name);
            boolean ours = uniform.startsWith("phone82.");
            boolean argument = source instanceof CommandLinePropertySource<?>;
            if (uniform.startsWith("logging.level.")) {
                level(source, name);
            } else if (ours ? !UNIFORM.contains(uniform) && !LISTED.matcher(uniform).matches()
                    : argument && !name.equals("nonOptionArgs") && !OTHERS.contains(uniform.split("\\.", 2)[0])) {
                String nearest = !ours && KNOWN.containsKey("phone82." + name) ? "phone82." + name : nearest(uniform, SettingsValidator::uniform);
                if (SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME.equals(source.getName()) && DISTANCE.apply(uniform(nearest), uniform) > SLIP) {
                    // probably meant for other code in this JVM
                    continue;
                }
                findings.add(shown(name) + " (" + place(source.getName(), name, null) + ") is unknown; the nearest is " + nearest + ".");
            }
        }
    }

    private void level(EnumerablePropertySource<?> source, String name) {
        String level = String.valueOf(source.getProperty(name));
        if (!level.isEmpty() && !level.contains("${") && !LOG_LEVEL.matcher(level).matches()) {
            findings.add(shown(name) + "=" + shown(level) + " (" + place(source.getName(), name, null)
                    + ") is not a log level; allowed: trace, debug, info, warn, error, off.");
        }
    }

    private static String nearest(String name, Function<String, String> form) {
        return KNOWN.keySet().stream().min(Comparator.comparingInt(known -> DISTANCE.apply(form.apply(known), name))).orElseThrow();
    }

    /** Spring Boot ignores dashes and case in names. */
    private static String uniform(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
    }

    private static String variable(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[._-]", "");
    }

    private static boolean isOurs(PropertySource<?> source) {
        return source.getName().contains(OURS) || NAME.equals(source.getName());
    }

    /** Returns where the property is set. */
    private static String origin(ConfigurationProperty property) {
        PropertySource<?> source = (PropertySource<?>) property.getSource().getUnderlyingSource();
        Origin origin = property.getOrigin() instanceof PropertySourceOrigin outer && outer.getOrigin() != null ? outer.getOrigin() : property.getOrigin();
        return place(source.getName(), property.getName().toString(), origin);
    }

    private static String place(String source, String name, Origin origin) {
        return switch (source) {
            case CommandLinePropertySource.COMMAND_LINE_PROPERTY_SOURCE_NAME -> "command line";
            case SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME -> "environment variable " + (origin instanceof SystemEnvironmentOrigin variable ? variable.getProperty()
                    : origin instanceof PropertySourceOrigin property ? property.getPropertyName() : name);
            case SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME -> "Java option -D" + name;
            case "spring.application.json" -> "SPRING_APPLICATION_JSON";
            default -> "file" + file(source, origin);
        };
    }

    private static String file(String source, Origin origin) {
        if (origin instanceof TextResourceOrigin text && text.getResource() != null) {
            try {
                return " " + text.getResource().getFile() + (text.getLocation() == null ? "" : ", line " + (text.getLocation().getLine() + 1));
            } catch (IOException e) {
                return " " + text.getResource().getDescription();
            }
        }
        Matcher path = Pattern.compile("\\[([^\\]]+)]").matcher(source);
        return path.find() ? " " + path.group(1) : "";
    }

    /** Returns the text on one line, of a readable length, and without secrets in URLs. */
    private static String shown(String text) {
        String line = Printable.line(text.replaceAll("//[^/@\\s]*@", "//***@").replaceAll("(?i)([?&;]\\w*(password|secret|key|token)\\w*=)[^&;]*", "$1***"));
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
    }
}
