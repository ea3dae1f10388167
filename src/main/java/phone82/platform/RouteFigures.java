package phone82.platform;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedRouteMBean;
import org.apache.camel.spring.boot.CamelContextConfiguration;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How often each route ran, failed, and how long it took, by the names of Camel's own Micrometer policy. It reads what Camel
 * counts for JMX anyway, when it is asked; the policy would count all of it once more for each exchange.
 */
class RouteFigures implements CamelContextConfiguration {

    private final MeterRegistry figures;
    /** The figures hold them weakly. */
    private final List<ManagedRouteMBean> routes = new ArrayList<>();

    RouteFigures(MeterRegistry figures) {
        this.figures = figures;
    }

    @Override
    public void beforeApplicationStart(CamelContext camel) {
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {
        ManagedCamelContext managed = camel.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
        for (Route route : camel.getRoutes()) {
            ManagedRouteMBean counted = managed.getManagedRoute(route.getRouteId());
            if (counted != null) {
                routes.add(counted);
                show(counted, Tags.of("routeId", route.getRouteId(), "group", String.valueOf(route.getGroup())));
            }
        }
    }

    private void show(ManagedRouteMBean route, Tags tags) {
        FunctionTimer.builder("camel.route.policy", route, ManagedRouteMBean::getExchangesTotal,
                ManagedRouteMBean::getTotalProcessingTime, TimeUnit.MILLISECONDS).tags(tags).register(figures);
        FunctionCounter.builder("camel.exchanges.failed", route, ManagedRouteMBean::getExchangesFailed).tags(tags).register(figures);
        FunctionCounter.builder("camel.exchanges.failures.handled", route, ManagedRouteMBean::getFailuresHandled).tags(tags).register(figures);
        Gauge.builder("camel.exchanges.inflight", route, ManagedRouteMBean::getExchangesInflight).tags(tags).register(figures);
    }
}
