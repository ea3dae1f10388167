/** The public entry: passes requests on to the contexts, limits clients, and serves the web page. */
package phone82.gateway;
