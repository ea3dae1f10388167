/** Identity of users and contexts: the tokens that the contexts send each other, and the keys that sign and verify them. */
package phone82.platform.identity;
