/** Additions to Camel that know nothing of phone82. */
package phone82.platform.camel;
