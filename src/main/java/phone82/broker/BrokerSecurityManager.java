package phone82.broker;

import org.apache.activemq.artemis.core.config.impl.SecurityConfiguration;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyConnection;
import org.apache.activemq.artemis.core.security.CheckType;
import org.apache.activemq.artemis.core.security.Role;
import org.apache.activemq.artemis.spi.core.protocol.RemotingConnection;
import org.apache.activemq.artemis.spi.core.security.ActiveMQJAASSecurityManager;
import org.apache.activemq.artemis.spi.core.security.jaas.InVMLoginModule;
import org.apache.activemq.artemis.spi.core.security.jaas.NoCacheLoginException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Locale;
import java.util.Set;
import javax.security.auth.Subject;

/**
 * Authenticates the broker's users and logs each refusal on one line. The answer to a refused login is delayed. The broker caches a login
 * for ten seconds, so a client that keeps trying does not flood the log.
 */
class BrokerSecurityManager extends ActiveMQJAASSecurityManager {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerSecurityManager.class);

    private final LoginDelay loginDelay = new LoginDelay();

    BrokerSecurityManager(SecurityConfiguration users) {
        super(InVMLoginModule.class.getName(), users);
    }

    @Override
    public Subject authenticate(String user, String password, RemotingConnection connection, String domain) throws NoCacheLoginException {
        Subject subject = super.authenticate(user, password, connection, domain);
        if (subject == null) {
            LOG.warn("Refused {} from {}: {}", user == null ? "a client" : "user " + user, connection.getRemoteAddress(),
                    user == null ? "no user name was sent" : "unknown user or wrong password");
            if (connection.getTransportConnection() instanceof NettyConnection network) {
                loginDelay.to(network);
            }
        }
        return subject;
    }

    @Override
    public boolean authorize(Subject subject, Set<Role> roles, CheckType what, String address) {
        boolean allowed = super.authorize(subject, roles, what, address);
        if (!allowed) {
            LOG.warn("Refused user {}: no permission to {} at {}", getUserFromSubject(subject), what.name().toLowerCase(Locale.ROOT), address);
        }
        return allowed;
    }
}
