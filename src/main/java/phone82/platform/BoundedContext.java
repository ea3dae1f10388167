package phone82.platform;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import phone82.platform.event.EventConfiguration;

/** What every bounded context with a database has: HTTP in, events in and out. */
@Configuration(proxyBeanMethods = false)
@Import({DatabaseContext.class, EventConfiguration.class})
public class BoundedContext {
}
