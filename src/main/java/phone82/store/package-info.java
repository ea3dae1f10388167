/** Deliveries: receives paid orders and ships them after the dispatch delay. */
package phone82.store;
