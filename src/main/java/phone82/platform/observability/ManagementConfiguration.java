package phone82.platform.observability;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import phone82.platform.camel.BeforeStart;

/** The MBeans of a CamelContext. */
@Configuration(proxyBeanMethods = false)
public class ManagementConfiguration {

    @Bean
    BeforeStart sharedMBeanInfo() {
        return SharedMBeanInfo::use;
    }
}
