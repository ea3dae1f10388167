package phone82.coordinator;

import phone82.journey.Shop;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;

import static org.awaitility.Awaitility.await;

/**
 * The API of the coordinator.
 *
 * @param participant base URL of the participant that joins LRAs, as app
 */
record Lras(Shop coordinator, String participant) {

    String start() {
        return coordinator.text(starting());
    }

    HttpRequest.Builder starting() {
        return coordinator.request("/lra-coordinator/start").POST(BodyPublishers.noBody());
    }

    /** While a recovery pass processes an LRA, the coordinator refuses participants and ignores a close. */
    void join(String lra) {
        String url = participant + "/lra-participant";
        await().until(() -> coordinator.text(coordinator.request(path(lra))
                .header("Link", "<" + url + "/compensate>; rel=compensate,<" + url + "/complete>; rel=complete")
                .PUT(BodyPublishers.noBody())).startsWith("http"));
    }

    void close(String lra) {
        await().until(() -> {
            coordinator.text(closing(lra));
            return !coordinator.text(coordinator.request(path(lra) + "/status")).contains("Active");
        });
    }

    HttpRequest.Builder closing(String lra) {
        return coordinator.request(path(lra) + "/close").PUT(BodyPublishers.noBody());
    }

    /** Those that have not ended. */
    String known() {
        return coordinator.text(coordinator.request("/lra-coordinator"));
    }

    private static String path(String lra) {
        return lra.substring(lra.indexOf("/lra-coordinator"));
    }
}
