package phone82.platform.observability;

import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The MBeans of a CamelContext. */
@Configuration(proxyBeanMethods = false)
public class ManagementConfiguration {

    @Bean
    CamelContextConfiguration sharedMBeanInfo() {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext camel) {
                SharedMBeanInfo.use(camel);
            }

            @Override
            public void afterApplicationStart(CamelContext camel) {
            }
        };
    }
}
