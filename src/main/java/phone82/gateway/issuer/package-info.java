/** A small OpenID Connect issuer for trying roles on a laptop: it believes everybody. */
package phone82.gateway.issuer;
