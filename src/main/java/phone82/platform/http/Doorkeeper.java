package phone82.platform.http;

import io.vertx.core.MultiMap;
import phone82.platform.Problem;

import java.net.InetAddress;

/** Decides whether a request may come in at all, before its body is read. It runs on the event loop and must not block. */
public interface Doorkeeper {

    /**
     * @param remote who is at the other end of the connection
     * @throws Problem when the request may not come in
     */
    void admit(InetAddress remote, MultiMap headers);
}
