package phone82.coordinator;

import phone82.platform.api.Problem;
import phone82.platform.identity.TokenMinter;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The addresses at which the coordinator may call its participants back: only those that are configured for each participant. */
final class ParticipantCallbacks {

    private static final Pattern LINK = Pattern.compile("<([^<>,\\s]+)>\\s*;\\s*rel=\"?(?:complete|compensate)\"?");
    private static final Pattern PATH = Pattern.compile("/lra-participant/(complete|compensate)(\\?\\S*)?");

    private final Map<String, List<String>> addresses;
    private final TokenMinter minter;

    /** @param addresses the base URLs of each participant, for example {@code http://pay:8080} */
    ParticipantCallbacks(Map<String, List<String>> addresses, TokenMinter minter) {
        this.addresses = addresses;
        this.minter = minter;
    }

    /**
     * @param participant the context that joins an LRA
     * @param links       the callback links that it sends
     * @throws Problem 403 if a link is not at the participant's own address
     */
    void check(String participant, String links) {
        for (String link : links.split(",", -1)) {
            Matcher matcher = LINK.matcher(link.trim());
            if (!matcher.matches() || !isOf(participant, matcher.group(1))) {
                throw new Problem(403, "Not allowed", "The coordinator calls " + participant + " back only at " + addresses.getOrDefault(participant, List.of()) + ", which is set by phone82.coordinator." + participant + "-url. Join with links to that address.");
            }
        }
    }

    private boolean isOf(String participant, String url) {
        return addresses.getOrDefault(participant, List.of()).stream()
                .anyMatch(address -> url.startsWith(address) && PATH.matcher(url.substring(address.length())).matches());
    }

    /**
     * Returns the {@code Authorization} header for a callback.
     *
     * @throws IOException if no participant has this address (any more)
     */
    String authorization(URI callback) throws IOException {
        for (String participant : addresses.keySet()) {
            if (isOf(participant, callback.toString())) {
                return "Bearer " + minter.token(participant);
            }
        }
        throw new IOException(callback + " is not the address of a participant; phone82.coordinator.<participant>-url sets the addresses");
    }
}
