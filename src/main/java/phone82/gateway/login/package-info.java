/** Login of users at an OpenID Connect issuer: sessions of browsers, bearer tokens of programs. */
package phone82.gateway.login;
