/** The audit: who did what, when and with which result. */
package phone82.platform.audit;
