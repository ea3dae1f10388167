package phone82.platform.api;

import java.util.List;
import java.util.function.Function;

/** One page of a list, newest first; {@code next} is the cursor of the following page, null on the last one. */
public record Page<T>(List<T> items, String next) {

    public static final int DEFAULT_SIZE = 20;

    /** @param rows up to {@code size + 1} rows: the extra one shows that there is a next page */
    public static <R, T> Page<T> of(List<R> rows, int size, Function<R, T> item, Function<R, Long> cursor) {
        List<R> shown = rows.size() > size ? rows.subList(0, size) : rows;
        String next = rows.size() > size ? String.valueOf(cursor.apply(shown.get(size - 1))) : null;
        return new Page<>(shown.stream().map(item).toList(), next);
    }

    /** Returns the requested size, already validated against the API contract, or the default. */
    public static int size(Integer asked) {
        return asked == null ? DEFAULT_SIZE : asked;
    }

    /** Returns the id to start below: the cursor of the previous page, or the maximum. */
    public static long below(Long after) {
        return after == null ? Long.MAX_VALUE : after;
    }
}
