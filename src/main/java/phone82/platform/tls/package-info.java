/** Certificates of servers, and the authorities that clients trust: PEM files that may be replaced while the process runs. */
package phone82.platform.tls;
