/** The HTTP server of a context: limits, strict parsing, validation against the contract, and errors as problem+json. Limits of its HTTP clients. */
package phone82.platform.http;
