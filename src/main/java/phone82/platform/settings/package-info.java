/** The settings: what there is, what each may be, and the check of all of them before anything starts. */
package phone82.platform.settings;
