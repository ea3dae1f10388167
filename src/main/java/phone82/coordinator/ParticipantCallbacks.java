package phone82.coordinator;

import phone82.platform.Problem;
import phone82.platform.identity.TokenMinter;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the coordinator calls its participants back: each at its own address, which the configuration names, and nobody anywhere else. */
final class ParticipantCallbacks {

    private static final Pattern LINK = Pattern.compile("<([^<>,\\s]+)>\\s*;\\s*rel=\"?(?:complete|compensate)\"?");
    private static final Pattern PATH = Pattern.compile("/lra-participant/(complete|compensate)(\\?\\S*)?");

    private final Map<String, List<String>> addresses;
    private final TokenMinter minter;

    /** @param addresses of each participant: {@code http://pay:8080} */
    ParticipantCallbacks(Map<String, List<String>> addresses, TokenMinter minter) {
        this.addresses = addresses;
        this.minter = minter;
    }

    /**
     * @param participant the context that joins an LRA
     * @param links       where it wants to be called
     * @throws Problem 403 for any other than its own address
     */
    void check(String participant, String links) {
        for (String link : links.split(",", -1)) {
            Matcher matcher = LINK.matcher(link.trim());
            if (!matcher.matches() || !isOf(participant, matcher.group(1))) {
                throw new Problem(403, "Not allowed", "The coordinator calls " + participant + " back at " + addresses.getOrDefault(participant, List.of())
                        + " alone; phone82.coordinator." + participant + "-url says so. Join with links to that address.");
            }
        }
    }

    private boolean isOf(String participant, String url) {
        return addresses.getOrDefault(participant, List.of()).stream()
                .anyMatch(address -> url.startsWith(address) && PATH.matcher(url.substring(address.length())).matches());
    }

    /**
     * What a callback must bring.
     *
     * @throws IOException for an address of nobody, such as one that a participant had before
     */
    String authorization(URI callback) throws IOException {
        for (String participant : addresses.keySet()) {
            if (isOf(participant, callback.toString())) {
                return "Bearer " + minter.token(participant);
            }
        }
        throw new IOException(callback + " is no address of a participant; phone82.coordinator.<participant>-url names them");
    }
}
