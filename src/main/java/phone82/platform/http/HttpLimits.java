package phone82.platform.http;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The limits of one HTTP port.
 *
 * @param eventLoops  threads that read and write sockets
 * @param workers     requests processed at once; more wait
 * @param connections open at once; a further one is closed immediately. Each can hold a body and a response in memory
 * @param connectionsPerClient of these, from one address or IPv6 /64 network; of a client behind a trusted proxy, those with a request in progress. For
 *                    the contexts behind the gateway, the gateway is one client
 * @param ahead       requests that a connection may send before it has received their responses
 * @param lineBytes   longest request line; above it 414
 * @param headBytes   largest header section; above it 431
 * @param bodyBytes   largest request body; above it 413
 * @param headSeconds a new connection must send its first byte, and the head of a request must be complete after its first byte, within this time
 * @param sendSeconds a request must be complete within this time after its first byte, even if it keeps sending
 * @param idleSeconds a connection without traffic for this time is closed
 */
@ConfigurationProperties("phone82.http")
public record HttpLimits(int eventLoops, int workers, int connections, int connectionsPerClient, int ahead,
                         int lineBytes, int headBytes, long bodyBytes, int headSeconds, int sendSeconds, int idleSeconds) {
}
