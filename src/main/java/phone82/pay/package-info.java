/** Payments: authorises, captures, releases and refunds through the payment provider. */
package phone82.pay;
