/** Participation in sagas: the client of the LRA coordinator, and a record of each LRA that a context joined. */
package phone82.platform.saga;
