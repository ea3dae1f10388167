/** Who calls whom: the tokens that the parts of phone82 send each other, and the keys that sign and check them. */
package phone82.platform.identity;
