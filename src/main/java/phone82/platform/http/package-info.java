/** The HTTP server of a context: limits, strict parsing, validation against the contract, and errors as problem+json. It also limits the calls of HTTP clients. */
package phone82.platform.http;
