package phone82.platform.observability;

import org.apache.camel.CamelContext;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedProcessorMBean;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.ManagementAgent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import javax.management.ObjectName;

import static org.assertj.core.api.Assertions.assertThat;

class LocalManagementAgentTest {

    private final CamelContext camel = new DefaultCamelContext();
    private ObjectName step;

    @BeforeEach
    void start() throws Exception {
        SharedMBeanInfo.use(camel);
        addRoute();
        camel.start();
        step = agent().getMBeanServer().queryNames(new ObjectName("org.apache.camel:type=processors,name=\"its-step\",*"), null).iterator().next();
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    @Test
    void jmxAndCamelReadTheSameStatistics() throws Exception {
        send();
        assertThat(completed()).isEqualTo(1);
        assertThat(agent().getMBeanServer().getAttribute(step, "ExchangesCompleted")).isEqualTo(1L);
        agent().getMBeanServer().invoke(step, "reset", null, null);
        assertThat(completed()).isZero();
    }

    @Test
    void aRouteThatReplacesAnotherIsCountedAnew() throws Exception {
        send();
        camel.getRouteController().stopRoute("its-route");
        camel.removeRoute("its-route");
        assertThat(agent().newProxyClient(step, ManagedProcessorMBean.class)).isNull();

        addRoute();
        assertThat(completed()).isZero();
        send();
        assertThat(completed()).isEqualTo(1);
    }

    @Test
    void anotherInterfaceThanThatOfTheManagedObjectIsServedByJmx() {
        send();
        assertThat(agent().newProxyClient(step, Counted.class).getExchangesCompleted()).isEqualTo(1);
    }

    /** A part of Camel's interface. */
    public interface Counted {

        long getExchangesCompleted();
    }

    private void addRoute() throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:its-route").routeId("its-route").setBody(constant("x")).id("its-step");
            }
        });
    }

    private void send() {
        camel.createProducerTemplate().sendBody("direct:its-route", "");
    }

    private long completed() {
        return camel.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class).getManagedProcessor("its-step").getExchangesCompleted();
    }

    private ManagementAgent agent() {
        return camel.getManagementStrategy().getManagementAgent();
    }
}
