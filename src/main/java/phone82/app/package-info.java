/** Orders: accepts them once their payment is authorised, follows them by events, and cancels them. */
package phone82.app;
