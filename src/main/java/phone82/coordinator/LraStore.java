package phone82.coordinator;

import java.util.Map;

/** Where Narayana keeps the LRAs. Only one process at a time may use a store. */
interface LraStore {

    /** The LRAs in memory. */
    interface Memory {

        /** Waits until no recovery pass works on them, and lets none begin. */
        void pause();

        /** Reads all LRAs from the store, in place of those in memory, and lets recovery passes begin. */
        void read();
    }

    /** Makes Narayana use this store. */
    void install();

    /**
     * Makes sure that the LRAs in memory are those of the store, and that no other process uses it. Called each second.
     *
     * @param lras are read again if they are not, or not any more
     */
    void hold(Memory lras);

    /**
     * Runs work on the LRAs, unless the store is not held.
     *
     * @throws StoreUnavailable it is not held
     */
    void use(Runnable work);

    /**
     * Requires that no other process has used the store since the work in progress began.
     *
     * @throws StoreUnavailable this process does not hold the store any more, so that the LRAs in memory may be outdated
     */
    void verify();

    /**
     * Returns details of the store for operators.
     *
     * @throws Exception it is not held
     */
    Map<String, ?> check() throws Exception;

    /** Lets another process use it. */
    void release();
}
