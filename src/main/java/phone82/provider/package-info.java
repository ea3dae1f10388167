/** The simulated payment provider: a ledger, and failures on demand. The real one is outside phone82. */
package phone82.provider;
