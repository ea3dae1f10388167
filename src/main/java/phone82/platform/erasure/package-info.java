/** Replaces a user who is to be forgotten by a pseudonym in a context's data. */
package phone82.platform.erasure;
