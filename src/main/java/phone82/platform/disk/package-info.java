/** What is told durable is on the disk, and part of the disk is kept for what has been begun. */
package phone82.platform.disk;
