/** The view: progress and timeline of every order, written by events and streamed to readers. */
package phone82.customer;
