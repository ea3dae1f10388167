/** The language of every API: JSON, problems, pages and plain text. */
package phone82.platform.api;
