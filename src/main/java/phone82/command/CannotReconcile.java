package phone82.command;

/** The contexts cannot be compared. The message is one line that names the cause and the remedy. */
class CannotReconcile extends RuntimeException {

    CannotReconcile(String line) {
        super(line, null, false, false);
    }
}
