/** Deletes finished orders after they were written to an archive. */
package phone82.platform.archive;
