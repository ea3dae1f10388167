package phone82.platform.http;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What one HTTP port takes.
 *
 * @param eventLoops  threads that read and write sockets
 * @param workers     requests processed at once; more wait
 * @param connections open at once; one more is closed at once. Each can hold a body and an answer in memory
 * @param connectionsPerClient of these from one address, or one network of IPv6. Behind the gateway it is the client that carries all others
 * @param ahead       requests that a connection may send without having their answers
 * @param lineBytes   longest request line; above it 414
 * @param headBytes   largest header section; above it 431
 * @param bodyBytes   largest request body; above it 413
 * @param headSeconds a new connection must send something so soon, and the head of a request must be complete so long after its first byte
 * @param sendSeconds a request must have come whole so long after its first byte, however fast it trickles
 * @param idleSeconds a connection that is silent for so long is closed
 */
@ConfigurationProperties("phone82.http")
public record HttpLimits(@DefaultValue("1") int eventLoops, @DefaultValue("32") int workers,
                         @DefaultValue("1024") int connections, @DefaultValue("896") int connectionsPerClient,
                         @DefaultValue("8") int ahead,
                         @DefaultValue("4096") int lineBytes, @DefaultValue("8192") int headBytes,
                         @DefaultValue("65536") long bodyBytes, @DefaultValue("5") int headSeconds,
                         @DefaultValue("10") int sendSeconds, @DefaultValue("60") int idleSeconds) {
}
