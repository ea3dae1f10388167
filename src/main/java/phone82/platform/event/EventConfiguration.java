package phone82.platform.event;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Session;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.core.remoting.impl.invm.InVMConnectorFactory;
import org.apache.activemq.artemis.core.remoting.impl.netty.TransportConstants;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.messaginghub.pooled.jms.JmsPoolConnectionFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jms.JmsException;
import org.springframework.jms.connection.JmsTransactionManager;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import phone82.platform.disk.Disk;
import phone82.platform.health.Check;
import phone82.platform.persistence.DatabaseProbe;
import phone82.platform.repair.Repair;

import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;

/** Beans for consuming events, and for transactions with the broker. */
@Configuration(proxyBeanMethods = false)
public class EventConfiguration {

    /** The broker drops a connection that is silent for so long; a context one that is silent for once to twice as long. */
    private static final Duration CONNECTION_TTL = Duration.ofSeconds(10);
    /** The interval of a context's pings, to which the broker replies. */
    private static final Duration FAILURE_CHECK = Duration.ofSeconds(5);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

    @Bean
    Envelope envelope(@Value("${phone82.context}") String context, EventTransformation received) {
        return new Envelope("/phone82/" + context, received);
    }

    /** Keeps event ids at least a day longer than the log that events can be replayed from. */
    @Bean
    Inbox inbox(JdbcTemplate jdbc, @Value("${phone82.inbox.keep}") Duration keep, @Value("${phone82.outbox.keep}") Duration log,
                Disk disk, MeterRegistry metrics) {
        Duration least = log.plusDays(1);
        return new Inbox(jdbc, keep.compareTo(least) < 0 ? least : keep, disk::isRestored, metrics);
    }

    @Bean
    DeadLetters deadLetters(JmsTemplate broker, @Value("${phone82.context}") String context, EventTransformation received) {
        return new DeadLetters(broker, context, received);
    }

    @Bean
    Repair deadLetterRepair(DeadLetters deadLetters, ProducerTemplate camel) {
        return new DeadLetterRepair(deadLetters, camel);
    }

    @Bean
    MeterBinder waitingDeadLetters(DeadLetters deadLetters) {
        return metrics -> Gauge.builder("phone82.dead.letters", deadLetters, EventConfiguration::count)
                .description("events that could not be processed and wait for a replay").register(metrics);
    }

    /** Returns NaN while the broker does not answer. */
    private static double count(DeadLetters deadLetters) {
        try {
            return deadLetters.count();
        } catch (JmsException e) {
            return Double.NaN;
        }
    }

    @Bean
    Check deadLettersNote(DeadLetters deadLetters) {
        return Check.note("dead-letters", () -> Map.of("waiting", deadLetters.count()));
    }

    /**
     * Without the broker a context still serves requests, and its events wait in the outbox. Uses a new connection: pooled ones do not notice at
     * once that the broker is unavailable.
     */
    @Bean
    Check brokerCheck(JmsPoolConnectionFactory pool) {
        return Check.warning("broker", () -> {
            try (jakarta.jms.Connection connection = ((ConnectionFactory) pool.getConnectionFactory()).createConnection()) {
                connection.createSession(false, Session.AUTO_ACKNOWLEDGE).close();
                return Map.of("connections", pool.getNumConnections());
            }
        });
    }

    /** Makes messages that are not text arrive as bytes, and the JMS client deserialise no objects; limits the time that a silent peer is waited for. */
    @Bean
    static BeanPostProcessor brokerClient() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof JmsPoolConnectionFactory pool && pool.getConnectionFactory() instanceof ActiveMQConnectionFactory broker) {
                    broker.setIncomingInterceptorList(NonTextToBytes.class.getName());
                    broker.setDeserializationDenyList("*");
                    limitSilence(broker);
                }
                return bean;
            }
        };
    }

    /**
     * A peer that is frozen, or cut off without an error, is noticed in seconds, from both sides: the broker then redelivers what a silent context has
     * received and not confirmed, which blocks the later events of the same orders. A server that is cut off holds up the connection to the next one in
     * the URL as briefly. Options in the broker's URL take precedence. A broker in this JVM is never silent alone: after a laptop's sleep its connections
     * would only seem to be.
     */
    static void limitSilence(ActiveMQConnectionFactory broker) {
        if (InVMConnectorFactory.class.getName().equals(broker.getStaticConnectors()[0].getFactoryClassName())) {
            return;
        }
        if (broker.getConnectionTTL() == ActiveMQClient.DEFAULT_CONNECTION_TTL) {
            broker.setConnectionTTL(CONNECTION_TTL.toMillis());
        }
        if (broker.getClientFailureCheckPeriod() == ActiveMQClient.DEFAULT_CLIENT_FAILURE_CHECK_PERIOD) {
            broker.setClientFailureCheckPeriod(FAILURE_CHECK.toMillis());
        }
        if (broker.getCallTimeout() == ActiveMQClient.DEFAULT_CALL_TIMEOUT) {
            broker.setCallTimeout(CALL_TIMEOUT.toMillis());
        }
        for (TransportConfiguration server : broker.getStaticConnectors()) {
            server.getParams().putIfAbsent(TransportConstants.NETTY_CONNECT_TIMEOUT, (int) CONNECT_TIMEOUT.toMillis());
        }
    }

    /** The policy {@code broker}: one broker transaction, inside the database transaction if there is one. */
    @Bean
    SpringTransactionPolicy broker(ConnectionFactory connectionFactory) {
        JmsTransactionManager manager = new JmsTransactionManager(connectionFactory);
        manager.setTransactionSynchronization(AbstractPlatformTransactionManager.SYNCHRONIZATION_NEVER);
        return new SpringTransactionPolicy(manager);
    }

    @Bean
    Attempts attempts(@Value("${phone82.events.attempts}") int most) {
        return new Attempts(most);
    }

    @Bean
    ComponentCustomizer eventContainers(TransactionTemplate transactions, DataSource database, Attempts attempts,
                                        @Value("${phone82.events.batch}") int batch,
                                        @Value("${phone82.events.batch-time}") Duration batchTime) {
        return ComponentCustomizer.builder(JmsComponent.class).build(jms -> {
            jms.setHeaderFilterStrategy(new EventHeaderFilter());
            jms.getConfiguration().setMessageConverter(new EventBodyConverter());
            jms.getConfiguration().setErrorHandler(new RedeliveryLogger());
            jms.getConfiguration().setMessageListenerContainerFactory(endpoint ->
                    new EventContainer(endpoint, transactions, () -> DatabaseProbe.commits(database), attempts, batch, batchTime));
        });
    }
}
