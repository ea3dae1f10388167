/** The settings of phone82, their allowed values, and their validation before anything starts. */
package phone82.platform.settings;
