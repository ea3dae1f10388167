/** The interface to the payment provider, and its adapters. */
package phone82.pay.provider;
