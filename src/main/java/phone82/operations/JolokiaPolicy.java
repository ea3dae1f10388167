package phone82.operations;

import org.jolokia.server.core.restrictor.AbstractConstantRestrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;
import phone82.platform.Printable;

import javax.management.ObjectName;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What operators can do by JMX: read what Camel, the broker and the JVM say of themselves, look into queues, start and stop routes.
 * All else is forbidden. A policy file of Jolokia cannot say so: it applies one pattern to a bean, so that what holds for all
 * of Camel's beans cannot be joined with what holds for its routes.
 */
class JolokiaPolicy extends AbstractConstantRestrictor {

    private static final Set<RequestType> REQUESTS = EnumSet.of(RequestType.VERSION, RequestType.LIST, RequestType.SEARCH, RequestType.READ, RequestType.EXEC);
    private static final String CAMEL = "org.apache.camel";
    private static final String ARTEMIS = "org.apache.activemq.artemis";
    private static final Set<String> DOMAINS = Set.of(CAMEL, ARTEMIS, "java.lang", "java.nio", "hawtio", "jolokia");
    /** Passwords can be among them. */
    private static final Set<String> SECRETS = Set.of("SystemProperties", "InputArguments");

    private static final Set<String> CHANGES_OF_ROUTES = Set.of("start", "stop", "suspend", "resume");
    private static final Set<String> VIEWS_OF_ROUTES = Set.of("dumpRouteStatsAsXml");
    /** The others of these names resolve placeholders. */
    private static final Set<String> VIEWS_OF_CONTEXTS = Set.of("dumpRoutesAsXml()", "dumpRoutesStatsAsXml");
    private static final Set<String> VIEWS_OF_SERVICES = Set.of("browse", "size", "listRestServices", "endpointStatistics");
    private static final Set<String> VIEWS_OF_QUEUES = Set.of("browse", "countMessages");

    private static final ThreadLocal<String> CALLER = new ThreadLocal<>();

    JolokiaPolicy() {
        super(false);
    }

    /** Has the changes that are asked for within the work logged with the name of who asks. */
    static <T> T audited(String caller, Supplier<T> work) {
        CALLER.set(caller);
        try {
            return work.get();
        } finally {
            CALLER.remove();
        }
    }

    @Override
    public boolean isHttpMethodAllowed(HttpMethod method) {
        return method == HttpMethod.POST;
    }

    @Override
    public boolean isTypeAllowed(RequestType type) {
        return REQUESTS.contains(type);
    }

    @Override
    public boolean isObjectNameHidden(ObjectName name) {
        return !DOMAINS.contains(name.getDomain());
    }

    @Override
    public boolean isAttributeReadAllowed(ObjectName name, String attribute) {
        return !isObjectNameHidden(name) && attribute != null && !SECRETS.contains(attribute);
    }

    @Override
    public boolean isOperationAllowed(ObjectName name, String operation) {
        boolean change = is(name, CAMEL, "type", "routes") && isOneOf(CHANGES_OF_ROUTES, operation);
        boolean allowed = change
                || is(name, CAMEL, "type", "routes") && isOneOf(VIEWS_OF_ROUTES, operation)
                || is(name, CAMEL, "type", "context") && isOneOf(VIEWS_OF_CONTEXTS, operation)
                || is(name, CAMEL, "type", "services") && isOneOf(VIEWS_OF_SERVICES, operation)
                || is(name, ARTEMIS, "subcomponent", "queues") && isOneOf(VIEWS_OF_QUEUES, operation);
        if (change) {
            Operators.AUDIT.info("Operator {} calls {} of {}", CALLER.get(), Printable.line(operation), Printable.line(name.toString()));
        } else if (!allowed) {
            Operators.AUDIT.warn("Operator {} is refused {} of {}", CALLER.get(), Printable.line(operation), Printable.line(name.toString()));
        }
        return allowed;
    }

    private static boolean is(ObjectName name, String domain, String key, String value) {
        return !name.isPattern() && name.getDomain().equals(domain) && value.equals(name.getKeyProperty(key));
    }

    /** Whatever its signature, unless the name has one. */
    private static boolean isOneOf(Set<String> names, String operation) {
        return names.contains(operation) || names.contains(operation.split("\\(", 2)[0]);
    }

    /** The port's own filter has looked at it before; no other origin is ever invited to ask. */
    @Override
    public boolean isOriginAllowed(String origin, boolean strict) {
        return strict;
    }

    @Override
    public boolean isRemoteAccessAllowed(String... hosts) {
        return true;
    }
}
