package phone82;

import org.springframework.boot.SpringBootExceptionReporter;

/** Leaves it to the launcher to tell, once, why a context cannot start. */
class QuietStartFailure implements SpringBootExceptionReporter {

    @Override
    public boolean reportException(Throwable failure) {
        return true;
    }
}
