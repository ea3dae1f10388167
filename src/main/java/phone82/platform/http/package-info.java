/** The HTTP server of a context: limits, strict parsing, validation against the contract, and errors as problem+json. */
package phone82.platform.http;
