package phone82.platform.health;

import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Something that a context looks after, as an operator and a cluster ask for it.
 *
 * @param name  what is looked at: {@code database}
 * @param about what a failure means
 * @param work  looks, and tells details for the operator; throws when it is not in order
 */
public record Check(String name, About about, Callable<Map<String, ?>> work) {

    /** What follows from a check that fails. */
    public enum About {
        /** the process is to be restarted: it will not recover */
        LIFE,
        /** no work is to be sent here for now */
        READINESS,
        /** nothing; looked at when an operator asks */
        NOTE
    }

    public static Check readiness(String name, Callable<Map<String, ?>> work) {
        return new Check(name, About.READINESS, work);
    }

    public static Check note(String name, Callable<Map<String, ?>> work) {
        return new Check(name, About.NOTE, work);
    }

    public static Check life(String name, Callable<Map<String, ?>> work) {
        return new Check(name, About.LIFE, work);
    }
}
