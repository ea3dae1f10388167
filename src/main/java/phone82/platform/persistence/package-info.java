/** What the contexts need of a database besides JPA: row locks, the lock of a migration, lists of parameters, and the queries of gauges. */
package phone82.platform.persistence;
