package phone82.platform.erasure;

import java.util.List;

/**
 * A table whose rows belong to users.
 *
 * @param order     the column with the order's id
 * @param versioned whether the table's entities have a version, by which a concurrent change is noticed
 * @param underWay  the statuses of rows that are not finished; empty if all are
 */
public record OwnedTable(String name, String order, boolean versioned, List<? extends Enum<?>> underWay) {
}
