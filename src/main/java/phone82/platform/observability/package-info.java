/** Metrics, traces, and the correlation id that follows an order through all contexts. */
package phone82.platform.observability;
