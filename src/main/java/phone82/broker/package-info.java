/** The embedded Artemis broker, configured by the files of {@code artemis/}. */
package phone82.broker;
