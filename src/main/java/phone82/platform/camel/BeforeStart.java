package phone82.platform.camel;

import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;

/** Configures a CamelContext before it starts. */
@FunctionalInterface
public interface BeforeStart extends CamelContextConfiguration {

    @Override
    default void afterApplicationStart(CamelContext camel) {
    }
}
