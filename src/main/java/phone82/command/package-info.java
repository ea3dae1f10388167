/** Command-line commands for operators, such as {@code reconcile}, {@code dead-letters} and {@code backup}. */
package phone82.command;
