package phone82;

import org.springframework.boot.SpringBootExceptionReporter;

/** Suppresses Spring Boot's own failure report: the launcher reports once why a context cannot start. */
class SilentStartFailureReporter implements SpringBootExceptionReporter {

    @Override
    public boolean reportException(Throwable failure) {
        return true;
    }
}
