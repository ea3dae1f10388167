/** What operators can repair in a context from the operator's port of its process. */
package phone82.platform.repair;
