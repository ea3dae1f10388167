package phone82.operations;

import org.jolokia.server.core.restrictor.AbstractConstantRestrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;
import phone82.platform.audit.Actor;
import phone82.platform.audit.Audit;
import phone82.platform.audit.Audit.Entry;
import phone82.platform.observability.Correlation;

import java.util.EnumSet;
import java.util.Set;
import javax.management.ObjectName;

/**
 * Restricts operators' use of JMX: they can read attributes of Camel, the broker and the JVM, browse queues, and start and stop routes.
 * Everything else is forbidden. A Jolokia policy file cannot express that: it applies only one pattern to a bean, so a rule for all Camel
 * beans cannot be combined with one for routes.
 */
class JolokiaPolicy extends AbstractConstantRestrictor {

    private static final Set<RequestType> REQUESTS = EnumSet.of(RequestType.VERSION, RequestType.LIST, RequestType.SEARCH, RequestType.READ, RequestType.EXEC);
    private static final String CAMEL = "org.apache.camel";
    private static final String ARTEMIS = "org.apache.activemq.artemis";
    private static final Set<String> DOMAINS = Set.of(CAMEL, ARTEMIS, "java.lang", "java.nio", "hawtio", "jolokia");
    /** Attributes that may contain passwords. */
    private static final Set<String> SECRETS = Set.of("SystemProperties", "InputArguments");

    private static final Set<String> CHANGES_OF_ROUTES = Set.of("start", "stop", "suspend", "resume");
    private static final Set<String> VIEWS_OF_ROUTES = Set.of("dumpRouteStatsAsXml");
    /** Given with signature, because the overloads resolve placeholders. */
    private static final Set<String> VIEWS_OF_CONTEXTS = Set.of("dumpRoutesAsXml()", "dumpRoutesStatsAsXml");
    private static final Set<String> VIEWS_OF_SERVICES = Set.of("browse", "size", "listRestServices", "endpointStatistics");
    private static final Set<String> VIEWS_OF_QUEUES = Set.of("browse", "countMessages");

    private final Audit audit;

    JolokiaPolicy(Audit audit) {
        super(false);
        this.audit = audit;
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
            record(name, operation, "200");
        } else if (!allowed) {
            record(name, operation, "403");
        }
        return allowed;
    }

    /** Here, because one request may call several operations. */
    private void record(ObjectName name, String operation, String result) {
        audit.write(new Entry("operations", Actor.operator(), "jmx " + operation, name.toString(), result, Correlation.id(Correlation.current())));
    }

    private static boolean is(ObjectName name, String domain, String key, String value) {
        return !name.isPattern() && name.getDomain().equals(domain) && value.equals(name.getKeyProperty(key));
    }

    /** Compares names without signatures, unless the set gives one. */
    private static boolean isOneOf(Set<String> names, String operation) {
        return names.contains(operation) || names.contains(operation.split("\\(", 2)[0]);
    }

    /** The port's own filter has already checked the origin. */
    @Override
    public boolean isOriginAllowed(String origin, boolean strict) {
        return strict;
    }

    @Override
    public boolean isRemoteAccessAllowed(String... hosts) {
        return true;
    }
}
