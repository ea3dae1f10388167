package phone82.platform.observability;

import org.apache.camel.CamelContext;
import org.apache.camel.api.management.ManagedInstance;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.api.management.NotificationSenderAware;
import org.apache.camel.spi.ManagementAgent;
import org.apache.camel.support.management.DefaultManagementMBeanAssembler;
import org.apache.camel.support.management.MixinRequiredModelMBean;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.modelmbean.InvalidTargetObjectTypeException;
import javax.management.modelmbean.ModelMBean;
import javax.management.modelmbean.ModelMBeanInfo;

/**
 * Describes all of Camel's MBeans of one class by the same objects. Camel describes each MBean anew, and each step of a route has one: a fifth of
 * the heap.
 */
final class SharedMBeanInfo extends DefaultManagementMBeanAssembler {

    private static final Map<Class<?>, ModelMBeanInfo> INFOS = new ConcurrentHashMap<>();

    private SharedMBeanInfo(CamelContext camel) {
        super(camel);
    }

    /** Replaces the management agent of a context that has not started, because an agent keeps the assembler that it first finds. */
    static void use(CamelContext camel) {
        camel.getCamelContextExtension().setManagementMBeanAssembler(new SharedMBeanInfo(camel));
        LocalManagementAgent agent = new LocalManagementAgent(camel);
        camel.getManagementStrategy().setManagementAgent(agent);
        agent.start();
    }

    @Override
    public ModelMBean assemble(MBeanServer server, Object managed, ObjectName name) throws JMException {
        if (managed instanceof NotificationSenderAware || managed instanceof ManagedInstance wrapper && describesItself(wrapper.getInstance())) {
            return super.assemble(server, managed, name);
        }
        ModelMBeanInfo info = INFOS.get(managed.getClass());
        if (info == null) {
            info = assembler.getMBeanInfo(camelContext, managed, null, name.toString());
            if (info == null) {
                return null;
            }
            INFOS.put(managed.getClass(), info);
        }
        ManagementAgent agent = camelContext.getManagementStrategy().getManagementAgent();
        ModelMBean bean = new MixinRequiredModelMBean(info, Boolean.TRUE.equals(agent.getMask()), null, null);
        try {
            bean.setManagedResource(managed, "ObjectReference");
        } catch (InvalidTargetObjectTypeException e) {
            throw new JMException(e.getMessage());
        }
        return bean;
    }

    private static boolean describesItself(Object instance) {
        return instance != null && instance.getClass().isAnnotationPresent(ManagedResource.class);
    }
}
