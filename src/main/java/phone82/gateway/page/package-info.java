/** The shop's pages as far as the gateway renders them: in the language of the request, with data for their scripts, and for browsers that run none. */
package phone82.gateway.page;
