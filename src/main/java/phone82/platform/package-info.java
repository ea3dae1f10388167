/** Infrastructure that all contexts share; it depends on no context. */
package phone82.platform;
