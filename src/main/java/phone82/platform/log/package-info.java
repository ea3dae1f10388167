/** Escapes every log message, so that input from outside cannot forge a line. */
package phone82.platform.log;
