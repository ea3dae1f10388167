package phone82.command;

import com.fasterxml.jackson.databind.JavaType;
import phone82.platform.api.Json;
import phone82.platform.api.Page;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.ToLongFunction;

/** A paged list of one context, newest first. */
final class PagedList<T> {

    /** The cursor's position after the last order. */
    static final long END = 0;

    private static final int PAGE = 200;

    private final ContextApi api;
    private final String path;
    private final JavaType pages;
    private final ToLongFunction<T> id;

    PagedList(ContextApi api, String path, Class<T> row, ToLongFunction<T> id) {
        this.api = api;
        this.path = path;
        this.pages = Json.MAPPER.getTypeFactory().constructParametricType(Page.class, row);
        this.id = id;
    }

    private Page<T> page(int size, String after) {
        return api.get(path + "?size=" + size + (after == null ? "" : "&after=" + after), this::read, null);
    }

    private Page<T> read(byte[] json) throws IOException {
        Page<T> page = Json.MAPPER.readValue(json, pages);
        if (page.items() == null || page.items().stream().anyMatch(row -> id.applyAsLong(row) <= END)) {
            throw new IOException("no list of orders");
        }
        return page;
    }

    /**
     * Returns the rows of some orders, given newest first. Neighbouring orders share a page; pages grow while at least half of their rows
     * are wanted.
     */
    Map<Long, List<T>> of(List<Long> ids) {
        Map<Long, List<T>> rows = new HashMap<>();
        int size = 1;
        for (int i = 0; i < ids.size(); ) {
            Page<T> page = page(size, String.valueOf(ids.get(i) + 1));
            page.items().forEach(row -> rows.computeIfAbsent(id.applyAsLong(row), none -> new ArrayList<>(1)).add(row));
            long read = page.next() == null ? END : Long.parseLong(page.next());
            int first = i;
            while (i < ids.size() && ids.get(i) >= read) {
                i++;
            }
            size = (i - first) * 2 > size ? Math.min(PAGE, size * 2) : Math.max(1, size / 2);
        }
        return rows;
    }

    Cursor cursor(ExecutorService readers) {
        return new Cursor(readers);
    }

    /** Iterates over the whole list; it holds one page while the next one is loading. */
    final class Cursor {

        private final ExecutorService readers;
        private final Queue<T> rows = new ArrayDeque<>();
        private Future<Page<T>> coming;

        private Cursor(ExecutorService readers) {
            this.readers = readers;
            ask(null);
        }

        private void ask(String after) {
            coming = readers.submit(() -> page(PAGE, after));
        }

        /** Returns the next order's id, or END. */
        long next() {
            while (rows.isEmpty() && coming != null) {
                Page<T> page = Reconciliation.result(coming);
                rows.addAll(page.items());
                coming = null;
                if (page.next() != null) {
                    ask(page.next());
                }
            }
            return rows.isEmpty() ? END : id.applyAsLong(rows.peek());
        }

        /** Returns the rows of an order and moves on; none if the next order is another one. */
        List<T> take(long order) {
            if (next() != order) {
                return List.of();
            }
            List<T> taken = new ArrayList<>(1);
            while (next() == order) {
                taken.add(rows.remove());
            }
            return taken;
        }
    }
}
