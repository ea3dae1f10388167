package phone82.platform.settings;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.springframework.core.env.StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;

/** Validates all settings before anything uses them, and derives settings from others. */
public final class SettingsCheck implements EnvironmentPostProcessor, Ordered {

    /** Variables that Kubernetes sets in a container for Services named phone82 and phone82-..., and that look like settings. */
    private static final Pattern SERVICE = Pattern.compile("PHONE82(_[A-Z0-9_]+)?_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");
    private static final Pattern SERVICE_PORT = Pattern.compile("PHONE82(_[A-Z0-9_]+)?_PORT");
    private static final Pattern SERVICE_URL = Pattern.compile("(tcp|udp|sctp)://.*");

    /** @throws WrongSettings if a setting is wrong */
    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        removeServiceVariables(environment);
        List<String> findings = new SettingsValidator(environment).all();
        if (!findings.isEmpty()) {
            throw new WrongSettings(findings);
        }
        environment.getPropertySources().addFirst(new MapPropertySource("phone82", derived(environment)));
    }

    private static void removeServiceVariables(ConfigurableEnvironment environment) {
        PropertySource<?> variables = environment.getPropertySources().get(SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
        if (variables != null && variables.getSource() instanceof Map<?, ?> all && all.entrySet().stream().anyMatch(SettingsCheck::isOfService)) {
            Map<String, Object> others = new HashMap<>();
            all.entrySet().stream().filter(each -> !isOfService(each)).forEach(each -> others.put((String) each.getKey(), each.getValue()));
            environment.getPropertySources().replace(variables.getName(), new SystemEnvironmentPropertySource(variables.getName(), others));
        }
    }

    private static boolean isOfService(Map.Entry<?, ?> variable) {
        String name = variable.getKey().toString();
        return SERVICE.matcher(name).matches()
                || SERVICE_PORT.matcher(name).matches() && SERVICE_URL.matcher(variable.getValue().toString()).matches();
    }

    private static Map<String, Object> derived(ConfigurableEnvironment environment) {
        Map<String, Object> derived = new HashMap<>();
        int offset = environment.getProperty(Settings.PORT_OFFSET, int.class, 0);
        if (offset > 0) {
            ports().forEach(name -> {
                int port = environment.getProperty(name, int.class, 0);
                if (port > 0) {
                    derived.put(name, port + offset);
                }
            });
        }
        String bind = environment.getProperty(Settings.BIND, "");
        String plain = bind.replaceAll("[\\[\\]]", "");
        if (!plain.equals(bind)) {
            derived.put(Settings.BIND, plain);
        }
        derived.put(Settings.LOCAL_HOST, List.of("", "127.0.0.1", "0.0.0.0", "::").contains(plain) ? "localhost" : plain.contains(":") ? "[" + plain + "]" : plain);
        derived.put(Settings.LOCAL_SCHEME, environment.getProperty(Settings.CERTIFICATE, "").isEmpty() ? "http" : "https");
        String data = environment.getProperty(Settings.DATA, "");
        if (data.startsWith("~")) {
            // HSQLDB would replace ~ by the user's home
            derived.put(Settings.DATA, "./" + data);
        }
        return derived;
    }

    /** Returns the names of all port settings; the operator's port has two names, one of which defaults to the other. */
    static Stream<String> ports() {
        return Settings.ALL.stream().filter(setting -> setting.rule().fault() == ValueRule.PORT.fault()).flatMap(setting -> setting.names().stream());
    }

    /** Runs after all post-processors that add properties. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
