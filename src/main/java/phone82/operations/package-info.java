/** The operator's port of a process: health, metrics, Hawtio, and a page of all contexts. */
package phone82.operations;
