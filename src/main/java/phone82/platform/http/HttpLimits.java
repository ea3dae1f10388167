package phone82.platform.http;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What one HTTP port takes.
 *
 * @param eventLoops  threads that read and write sockets
 * @param workers     requests processed at once; more wait
 * @param bodyBytes   largest request body; above it 413
 * @param idleSeconds a connection that is silent for so long is closed
 */
@ConfigurationProperties("phone82.http")
public record HttpLimits(@DefaultValue("1") int eventLoops, @DefaultValue("32") int workers,
                         @DefaultValue("65536") long bodyBytes, @DefaultValue("60") int idleSeconds) {
}
