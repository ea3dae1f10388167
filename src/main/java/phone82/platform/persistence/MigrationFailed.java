package phone82.platform.persistence;

/** A script of a migration failed; the message is its name. The cause says why. */
public class MigrationFailed extends RuntimeException {

    public MigrationFailed(String script, Throwable cause) {
        super(script, cause);
    }
}
