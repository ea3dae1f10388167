package phone82.gateway.login;

import phone82.platform.http.AdmissionCheck;

import java.net.InetAddress;

/** A limit of the orders of one client, checked before an order is placed. */
public interface OrderLimit extends AdmissionCheck {

    /** Has the last admitted order not count, because it was refused. */
    void giveBack(InetAddress client);
}
