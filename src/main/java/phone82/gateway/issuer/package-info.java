/** A small OpenID Connect issuer for trying roles on a laptop. It checks no passwords. */
package phone82.gateway.issuer;
