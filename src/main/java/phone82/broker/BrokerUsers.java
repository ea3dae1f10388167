package phone82.broker;

import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.io.support.PropertiesLoaderUtils;

import java.io.IOException;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The broker's users, passwords and roles, from the files in {@code artemis/}. */
public final class BrokerUsers {

    private final Map<String, String> passwords = new TreeMap<>();
    private final Properties roles;

    /** Passwords come from {@code artemis-users.properties} unless {@code phone82.<user>.broker-password} is set. */
    public BrokerUsers(ResourceLoader files, Environment environment) throws IOException {
        Properties users = read(files, environment, "artemis-users.properties");
        for (String user : users.stringPropertyNames()) {
            passwords.put(user, environment.getProperty("phone82." + user + ".broker-password", users.getProperty(user)));
        }
        roles = read(files, environment, "artemis-roles.properties");
    }

    public Map<String, String> passwords() {
        return passwords;
    }

    /** The users of each role, separated by commas. */
    Properties roles() {
        return roles;
    }

    private static Properties read(ResourceLoader files, Environment environment, String name) throws IOException {
        return PropertiesLoaderUtils.loadProperties(files.getResource(environment.getRequiredProperty("phone82.artemis") + "/" + name));
    }
}
