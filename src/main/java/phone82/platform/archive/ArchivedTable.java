package phone82.platform.archive;

/**
 * A table whose rows belong to orders and are deleted with them.
 *
 * @param order     the column with the order's id
 * @param versioned whether the rows have a version, by which a change is noticed
 * @param changed   SQL of the time of a row's last change; a row that changed too recently keeps its order. Null if each row keeps it
 * @param finished  SQL condition of the rows that may be deleted; another row keeps its order
 * @param unless    why the other rows keep their order
 */
public record ArchivedTable(String name, String order, boolean versioned, String changed, String finished, String unless) {

    /** A table all of whose old rows may be deleted. */
    public static ArchivedTable whole(String name, String order, String changed) {
        return new ArchivedTable(name, order, false, changed, "1 = 1", "");
    }

    /** A table whose rows are work in progress: an order with such a row is not deleted. */
    public static ArchivedTable inProgress(String name, String order, String what) {
        return new ArchivedTable(name, order, false, null, "1 = 0", what);
    }
}
