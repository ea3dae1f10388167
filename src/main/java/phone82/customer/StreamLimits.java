package phone82.customer;

import org.springframework.boot.context.properties.ConfigurationProperties;

import java.time.Duration;

/**
 * Limits of the stream of the view.
 *
 * @param readers   most connections at once; further ones get 503 with Retry-After
 * @param poll      longest delay until readers get an event that another replica has recorded
 * @param heartBeat interval of the heart-beats, which keep proxies from closing the connection. A reader that does not drain half of its
 *                  queue between two of them is disconnected
 * @param behind    most missed events that a returning reader gets; with more it gets a reset event and must reload
 * @param queue     bytes in the write queue of a reader, above which it gets nothing until it has drained
 */
@ConfigurationProperties("phone82.customer.stream")
record StreamLimits(int readers, Duration poll, Duration heartBeat, int behind, int queue) {
}
