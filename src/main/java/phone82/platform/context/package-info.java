/** What makes a bounded context: the configuration that all contexts import. */
package phone82.platform.context;
