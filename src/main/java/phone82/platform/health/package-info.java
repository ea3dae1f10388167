/** Checks of liveness and readiness, which each context contributes. */
package phone82.platform.health;
