/** Durable files and databases: a commit is on the disk when it returns, and part of the disk stays free for work in progress. */
package phone82.platform.disk;
