/** What the contexts need of a database besides JPA: row locks, the lock of a migration, and lists of parameters. */
package phone82.platform.persistence;
