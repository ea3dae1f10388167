/** The embedded Narayana LRA coordinator, which ends every cancellation in the same way for all participants. */
package phone82.coordinator;
