package phone82.drill;

/** Something that prevents the highly available set-up from working as usual. */
interface Disturbance {

    /** Lets it happen. */
    Repair strike(HighlyAvailable phone82) throws Exception;

    /** What happens after it. */
    interface Repair {

        /** What somebody has to do so that the shop works without the component; does nothing if the shop manages by itself. */
        void failOver() throws Exception;

        /** Lets the component come back. */
        void comeBack() throws Exception;
    }
}
