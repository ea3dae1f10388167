/** The embedded Narayana LRA coordinator, which gives every cancellation one outcome for all participants. */
package phone82.coordinator;
