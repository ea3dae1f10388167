/** Starts phone82: all contexts in one JVM, or those that are named. */
package phone82;
