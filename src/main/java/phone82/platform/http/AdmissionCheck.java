package phone82.platform.http;

import phone82.platform.api.Problem;

import java.net.InetAddress;

/** A check before the body of a request is read. It runs on the event loop and must not block. */
public interface AdmissionCheck {

    /**
     * @param client the address of the client
     * @throws Problem if the request is refused
     */
    void admit(InetAddress client);
}
