package phone82.platform.context;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import phone82.platform.archive.ArchiveConfiguration;
import phone82.platform.erasure.ErasureConfiguration;
import phone82.platform.event.EventConfiguration;

/** The configuration shared by bounded contexts: that of contexts with a database, events, the erasure of users and the archive of orders. */
@Configuration(proxyBeanMethods = false)
@Import({DatabaseContext.class, EventConfiguration.class, ErasureConfiguration.class, ArchiveConfiguration.class})
public class BoundedContext {
}
