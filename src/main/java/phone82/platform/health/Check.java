package phone82.platform.health;

import java.util.Map;
import java.util.concurrent.Callable;

/**
 * A health check of a context.
 *
 * @param name  what is checked, for example {@code database}
 * @param about the consequence of a failure
 * @param work  runs the check and returns details for operators; throws an exception if the check fails
 */
public record Check(String name, About about, Callable<Map<String, ?>> work) {

    /** The consequence of a failed check. */
    public enum About {
        /** The process must be restarted; it will not recover by itself. */
        LIFE,
        /** The process should get no requests for now. */
        READINESS,
        /** Operators see the context as down, but the process still takes requests, because it can serve them. */
        WARNING,
        /** None; the check is information for operators. */
        NOTE
    }

    public static Check readiness(String name, Callable<Map<String, ?>> work) {
        return new Check(name, About.READINESS, work);
    }

    public static Check warning(String name, Callable<Map<String, ?>> work) {
        return new Check(name, About.WARNING, work);
    }

    public static Check note(String name, Callable<Map<String, ?>> work) {
        return new Check(name, About.NOTE, work);
    }

    public static Check life(String name, Callable<Map<String, ?>> work) {
        return new Check(name, About.LIFE, work);
    }
}
