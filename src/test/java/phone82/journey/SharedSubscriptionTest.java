package phone82.journey;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import phone82.Context;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A subscription shared by two instances of a context: one of them gets each event, and an order's events keep their sequence. */
class SharedSubscriptionTest {

    private static final int ORDERS = 200;
    private static final int EVENTS_OF_EACH = 25;

    @RegisterExtension
    static final Phone82Extension PHONE82 = Phone82Extension.only(EnumSet.of(Context.BROKER));

    private record Handled(String instance, String order, int number) {
    }

    private final List<Handled> handled = Collections.synchronizedList(new ArrayList<>());

    @Test
    void aLaterInstanceTakesItsShareOfABacklog() throws Exception {
        try (ActiveMQConnectionFactory broker = new ActiveMQConnectionFactory(PHONE82.topics().url())) {
            send(broker, EVENTS_OF_EACH);
            CountDownLatch joined = new CountDownLatch(1);
            try (Connection first = instance(broker, "first", event -> awaitAfter(ORDERS, joined))) {
                await().until(() -> handled.size() > ORDERS);
                try (Connection second = instance(broker, "second", event -> { })) {
                    joined.countDown();
                    await().atMost(Duration.ofSeconds(60)).until(() -> handled.size() == ORDERS * EVENTS_OF_EACH);
                }
            }
        }

        Map<String, List<Integer>> numbers = handled.stream()
                .collect(Collectors.groupingBy(event -> event.order + " at the " + event.instance, Collectors.mapping(Handled::number, Collectors.toList())));
        assertThat(numbers).allSatisfy((order, numbersOfIt) -> assertThat(numbersOfIt).as("events of order %s", order).isSorted());
        assertThat(handled).extracting(event -> event.order + " " + event.number).hasSize(ORDERS * EVENTS_OF_EACH).doesNotHaveDuplicates();
        assertThat(handled).filteredOn(event -> event.instance.equals("second")).as("taken by the second").hasSizeGreaterThan(handled.size() / 4);
    }

    @Test
    void eventsThatABusyInstanceHasNotStartedGoToTheNext() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        try (ActiveMQConnectionFactory broker = new ActiveMQConnectionFactory(PHONE82.topics().url())) {
            send(broker, 5);
            try (Connection first = instance(broker, "first", event -> busy.await())) {
                await().until(() -> !handled.isEmpty());
                try (Connection second = instance(broker, "second", event -> { })) {
                    await().untilAsserted(() -> assertThat(handled).hasSizeGreaterThan(ORDERS * 5 / 3));
                    busy.countDown();
                    await().until(() -> handled.size() == ORDERS * 5);
                }
            }
        }
    }

    /** However long the other instance takes to join, there is a backlog for it. */
    private void awaitAfter(int events, CountDownLatch joined) throws InterruptedException {
        if (handled.size() > events) {
            joined.await();
        }
    }

    private static void send(ActiveMQConnectionFactory broker, int eventsOfEach) throws JMSException {
        try (Connection app = broker.createConnection("app", "demo-app")) {
            Session session = app.createSession(Session.SESSION_TRANSACTED);
            MessageProducer producer = session.createProducer(session.createTopic("phone82.app.Ordered"));
            for (int number = 0; number < eventsOfEach; number++) {
                for (int order = 0; order < ORDERS; order++) {
                    TextMessage message = session.createTextMessage("{\"orderId\":1,\"item\":\"note20\",\"qty\":1,\"amount\":1199000}");
                    message.setStringProperty("JMSXGroupID", String.valueOf(order));
                    message.setStringProperty("cloudEvents_type", "phone82.app.Ordered");
                    message.setIntProperty("number", number);
                    producer.send(message);
                }
            }
            session.commit();
        }
    }

    @FunctionalInterface
    private interface Work {
        void at(Message event) throws InterruptedException;
    }

    /** Handles one event after another, as a context does. */
    private Connection instance(ActiveMQConnectionFactory broker, String name, Work work) throws JMSException {
        Connection pay = broker.createConnection("pay", "demo-pay");
        Session session = pay.createSession(Session.SESSION_TRANSACTED);
        MessageConsumer consumer = session.createConsumer(session.createQueue("phone82.app.*::pay"));
        consumer.setMessageListener(message -> {
            try {
                handled.add(new Handled(name, message.getStringProperty("JMSXGroupID"), message.getIntProperty("number")));
                work.at(message);
                session.commit();
            } catch (JMSException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        pay.start();
        return pay;
    }
}
