/** The simulated payment provider, which is outside phone82: a ledger, and failures on demand. */
package phone82.provider;
