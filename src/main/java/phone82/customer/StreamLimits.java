package phone82.customer;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import java.time.Duration;

/**
 * What the stream of the view takes upon itself.
 *
 * @param readers   open at once; one more is told to come again
 * @param poll      how soon, at the latest, readers here hear of an event that another replica recorded
 * @param heartBeat so often a reader hears something, so that nobody on the way takes the connection for a dead one; who has not
 *                  taken half of its queue from one to the next is cut off
 * @param behind    of so many missed events a reader that comes back is told; of more it is told to read anew
 * @param queue     bytes on the way to one reader, above which it gets no more until it has taken them
 */
@ConfigurationProperties("phone82.customer.stream")
record StreamLimits(@DefaultValue("1000") int readers, @DefaultValue("500ms") Duration poll,
                    @DefaultValue("15s") Duration heartBeat, @DefaultValue("10000") int behind,
                    @DefaultValue("262144") int queue) {
}
