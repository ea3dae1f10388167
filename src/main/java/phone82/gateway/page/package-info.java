/** The shop's pages as far as the gateway renders them: in the language of the request, and for browsers that run no scripts. */
package phone82.gateway.page;
