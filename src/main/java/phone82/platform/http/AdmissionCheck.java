package phone82.platform.http;

import phone82.platform.Problem;

import java.net.InetAddress;

/** Decides whether a request may come in at all, before its body is read. It runs on the event loop and must not block. */
public interface AdmissionCheck {

    /**
     * @param client who sends the request
     * @throws Problem when the request may not come in
     */
    void admit(InetAddress client);
}
