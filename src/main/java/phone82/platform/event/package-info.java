/** Domain events: outbox, inbox, envelope, dead letters, and the JMS listener. */
package phone82.platform.event;
