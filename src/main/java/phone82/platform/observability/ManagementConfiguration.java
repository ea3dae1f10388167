package phone82.platform.observability;

import org.apache.camel.Exchange;
import org.apache.camel.NamedRoute;
import org.apache.camel.Route;
import org.apache.camel.support.RoutePolicySupport;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import phone82.platform.camel.BeforeStart;

/** The MBeans of a CamelContext, and what its log lines name. */
@Configuration(proxyBeanMethods = false)
public class ManagementConfiguration {

    @Bean
    BeforeStart sharedMBeanInfo() {
        return SharedMBeanInfo::use;
    }

    /** Routes that begin at {@code direct:} continue the work of their caller. */
    @Bean
    BeforeStart correlationOfNewWork() {
        return camel -> camel.addRoutePolicyFactory((context, id, route) -> ((NamedRoute) route).getEndpointUrl().startsWith("direct:") ? null : new NewWork());
    }

    /** No log line of an exchange names the order with which its thread was busy before. */
    private static final class NewWork extends RoutePolicySupport {

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            Correlation.end();
        }
    }
}
