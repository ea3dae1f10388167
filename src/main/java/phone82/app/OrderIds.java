package phone82.app;

import org.springframework.jdbc.core.JdbcTemplate;

/** Takes the ids of orders from the database in blocks, so that an order, above all a refused one, needs no statement for its id. */
class OrderIds {

    /** As the sequence of the database counts. */
    private static final int BLOCK = 50;

    private final JdbcTemplate jdbc;
    private final String nextBlock;
    private long next;
    private long end;

    /** @param nextBlock the statement that takes the next number of the sequence */
    OrderIds(JdbcTemplate jdbc, String nextBlock) {
        this.jdbc = jdbc;
        this.nextBlock = nextBlock;
    }

    synchronized long next() {
        if (next == end) {
            next = jdbc.queryForObject(nextBlock, Long.class);
            end = next + BLOCK;
        }
        return next++;
    }
}
