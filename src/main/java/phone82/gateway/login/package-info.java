/** Login of users at an OpenID Connect issuer: browser sessions, and bearer tokens of programs. */
package phone82.gateway.login;
