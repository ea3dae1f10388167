/** Commands of operators that read the running contexts: {@code reconcile}, {@code dead-letters}, {@code refunds}. */
package phone82.command;
