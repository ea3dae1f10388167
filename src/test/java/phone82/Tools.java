package phone82;

import org.opentest4j.TestAbortedException;

/** Programs of the operating system that some tests need. Without one they are skipped, or fail with {@code -Dphone82.test.tools=required}. */
public final class Tools {

    private static final boolean REQUIRED = "required".equals(System.getProperty("phone82.test.tools"));

    private Tools() {
    }

    /** @param missing what to install */
    public static void need(boolean found, String missing) {
        if (found) {
            return;
        }
        if (REQUIRED) {
            throw new AssertionError(missing);
        }
        throw new TestAbortedException(missing);
    }
}
