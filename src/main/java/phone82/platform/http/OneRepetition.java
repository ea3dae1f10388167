package phone82.platform.http;

import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.TimeValue;

import java.io.IOException;

/**
 * Repeats a request other than POST once whose connection was closed instead of an answer. The failure of the repetition has that of the first attempt,
 * which may have had its effect, as suppressed exception.
 */
public final class OneRepetition extends DefaultHttpRequestRetryStrategy {

    private static final String FIRST = OneRepetition.class.getName();

    OneRepetition() {
        super(1, TimeValue.ZERO_MILLISECONDS);
    }

    @Override
    public boolean retryRequest(HttpRequest request, IOException failure, int attempts, HttpContext context) {
        if (context.getAttribute(FIRST) instanceof IOException first && first != failure) {
            failure.addSuppressed(first);
        }
        boolean again = super.retryRequest(request, failure, attempts, context);
        if (again) {
            context.setAttribute(FIRST, failure);
        }
        return again;
    }

    @Override
    public boolean retryRequest(HttpResponse answer, int attempts, HttpContext context) {
        return false;
    }

    /** Whether the failure is that of a repetition. */
    public static boolean isFailureOf(Throwable failure) {
        return failure.getSuppressed().length > 0;
    }
}
