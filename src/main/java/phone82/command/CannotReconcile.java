package phone82.command;

/** Why the contexts cannot be compared, in one line that names the obstacle and the way out. */
class CannotReconcile extends RuntimeException {

    CannotReconcile(String line) {
        super(line, null, false, false);
    }
}
