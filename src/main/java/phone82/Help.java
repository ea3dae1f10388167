package phone82;

/** What {@code --help} prints. */
final class Help {

    private Help() {
    }

    static String text() {
        StringBuilder text = new StringBuilder("""
                Usage: java -jar phone82.jar [context ...] [--property=value ...]
                       java -jar phone82.jar reconcile [--property=value ...]
                       java -jar phone82.jar dead-letters [list | replay] [context] [id] [--property=value ...]
                       java -jar phone82.jar refunds [list | retry | settle] [order] [note] [--property=value ...]
                       java -jar phone82.jar token <context> [--property=value ...]

                Without a context all of them start in this JVM. With names those alone start; what they need of the
                others is found by the properties below.

                Contexts:
                """);
        for (Context context : Context.values()) {
            text.append(String.format("  %-12s%s%n", context.id(), context.purpose));
        }
        return text.append("""

                Properties (each also as an environment variable: phone82.app.port is PHONE82_APP_PORT):
                  phone82.data                 folder of everything that is kept            data
                  phone82.data.reserve         kept free on its disk, at most a tenth of it: below, no new order is taken   64MB
                  phone82.bind                 address to listen on                         127.0.0.1
                  phone82.<context>.port       gateway 8080, app 8081, pay 8082, store 8083, customer 8084,
                                               broker 61616, coordinator 8070, provider 8085
                  phone82.broker.url           where the broker is                          tcp://localhost:61616
                  phone82.broker.wait          how long a start waits for it                30s
                  phone82.<context>.broker-password   of the context's broker user; the demo password is for 127.0.0.1
                                               alone                                        demo-<context>, or one of its own
                                                                                            where all are in one JVM
                  phone82.<context>.database.url   JDBC, of PostgreSQL or an HSQLDB server; several instances of a
                                               context share it                             HSQLDB under phone82.data
                  phone82.<context>.database.user, .password   whom that database knows     SA, none
                  phone82.database.wait        how long a start waits for it                30s
                  phone82.identity.issuer      the OpenID Connect issuer at which users log in; without one everybody is the
                                               user demo, on 127.0.0.1 alone                none
                  phone82.identity             embedded: a small issuer in the gateway, to try roles on 127.0.0.1   none
                  phone82.identity.port        of that issuer                               8086
                  phone82.identity.public-url  where browsers find the gateway              http://localhost:8080
                  phone82.identity.client-id, .client-secret   the gateway at the issuer    phone82, none
                  phone82.identity.audience    what the token of a program must be for      phone82
                  phone82.identity.roles-claim where tokens say customer, dealer, operator  roles
                  phone82.identity.session-keys   seal the sessions of browsers: 256 bits in base64url, the same in each
                                               gateway; of several the first one seals      one of its own
                  phone82.identity.idle, .maximum   when a session ends                     30m, 8h
                  phone82.app.pay-url          where app finds pay                          http://localhost:8082
                  phone82.gateway.<context>-url   where the gateway finds the others        http://localhost:<port>
                  phone82.gateway.rate         requests a second of one client; 0: no limit 2000
                  phone82.gateway.trusted-proxies   addresses or networks of the proxies before it: their X-Forwarded-For
                                               is believed                                  (nobody's)
                  phone82.gateway.hosts        host names it answers to, shop.example.com, *.example.com, or * for any;
                                               of the other contexts likewise               (localhost, IP addresses, its own)
                  phone82.gateway.streams-per-client   streams of one client at once        100
                  phone82.gateway.at-once      requests under way to one context            112
                  phone82.gateway.connect-timeout, .response-timeout   milliseconds         200, 5000
                  phone82.gateway.reader-patience   how long a reader of the stream may take nothing   15s
                  phone82.http.body-bytes, .head-bytes, .line-bytes   largest request       65536, 8192, 4096
                  phone82.http.connections, .connections-per-client   open at once on a port, and of one address
                                                                            1024, 896; gateway 256
                  phone82.http.head-seconds, .send-seconds   for the head of a request to come, and for all of it   5, 10
                  phone82.http.idle-seconds    until a silent connection is closed          60
                  phone82.events.batch, .batch-time   events in one transaction, and after which time none joins it   50, 50ms
                  phone82.app.idempotency-keys.keep   how long a repeated request is known  24h
                  phone82.saga.coordinator-url where app, pay and store find the coordinator http://localhost:8070
                  phone82.identity.key         the context's private key, a JWK; of the commands, the operator's
                                                                                            one in phone82.identity.folder
                  phone82.identity.trusted-keys   the public keys of all contexts, a JWK set  those in phone82.identity.folder
                  phone82.identity.folder      where keys are made that are not set; without these three settings a context
                                               starts on 127.0.0.1 alone                    identity in phone82.data
                  phone82.<context>.callback-url  where app, pay and store want to be called back   http://localhost:<port>
                  phone82.coordinator.<context>-url   the only addresses at which the coordinator calls them
                                                                                            their callback-url
                  phone82.app.store-url        where app finds store                        http://localhost:8083
                  phone82.catalogue.open       take orders for unlisted items too           true
                  phone82.store.dispatch-delay time in which a customer can still cancel    10s
                  otel.exporter.otlp.endpoint  an OpenTelemetry collector that is told of every order   nobody is told
                  phone82.tracing.sampled      the part of the requests that it is told of  1.0
                  logging.structured.format.console   ecs or logstash: each log line is a JSON object      text
                  phone82.pay.provider         how pay calls its payment provider           http
                  phone82.pay.provider-url     where pay finds it                           http://localhost:8085
                  phone82.provider.api-key     pay's key for it; the demo key is for 127.0.0.1 alone   demo-provider-key
                  phone82.provider.control-key   the key for failures on demand, likewise   demo-provider-control
                  phone82.pay.authorisation-validity   how long an authorisation waits for its order   30m
                  phone82.pay.longest-retry    longest pause between two attempts of a payment   30s
                  phone82.customer.stream.readers   who may follow the orders at once       1000
                  phone82.customer.stream.poll, .heart-beat   how late they hear of another instance's events,
                                               how often of nothing                         500ms, 15s
                  management.server.port       health, figures and console for operators, one port for all contexts
                                               of a JVM                                     9090, or any if taken
                  management.server.address    address for that port                        phone82.bind
                  phone82.operations.user, .password   who sees details and the console; without a password each start
                                               makes one up and prints it                   operator
                  phone82.operations.hosts     names that a browser may use for that port, besides localhost, this host's
                                               own name and its addresses                   none
                  phone82.operations.peers     the operator's ports of the other processes, http://store:9090; one that is a
                                               name of several addresses stands for each     those of this machine
                  phone82.operations.patience  how long a context may answer nobody before it is not alive   60s
                  phone82.operations.notice    how long it is served on after SIGTERM, not ready any more   0s
                  phone82.http.keep-alive      how long a context keeps an idle connection to another; less than their notice   3s

                reconcile compares what the running app, pay, store and customer tell of every order, and prints what breaks
                a promise:
                  I1  every standing order has exactly one payment
                  I2  no money is taken without a standing order
                  I3  nothing is shipped unpaid
                  I4  nothing cancelled is shipped, nothing shipped is refunded
                  I5  the view equals the sources
                  I6  every event takes effect exactly once
                  I7  a refused order leaves no money taken, nor held for longer than phone82.pay.authorisation-validity
                  I9  the payment provider's ledger agrees with the books, to the won
                What does not agree is looked at again until it does; wrong is what stays as it is when no order has come to
                agree for the time to settle. Orders that break no promise and are still under way are listed apart.
                  phone82.gateway.<context>-url   where it finds them                       http://localhost:<port>
                  phone82.pay.provider-url     where it finds the provider's ledger; empty: I9 is skipped   http://localhost:8085
                  phone82.reconcile.settle     time to settle                               10s
                  phone82.reconcile.moving     after which an order that is under way, but does not move, is a breach   10m
                  phone82.reconcile.timelines  of so many of the newest orders the timelines are compared too   1000
                Its exit code: 0 all agree, 1 breaches, 2 wrong arguments or a context cannot be read.
                dead-letters shows the events that app, pay, store and customer could not process, each with its cause, one of
                them with its body; replay has them processed once more, and those that fail again stay.
                  phone82.gateway.<context>-url   where it finds them                       http://localhost:<port>
                Its exit code: 0 done, 1 what was replayed failed again or is not there, 2 wrong arguments or a context does
                not answer.

                refunds lists the refunds that the payment provider refused for good; retry has the provider asked once more for
                those of one order or of all, settle records, with a note, that the customer of one order got the money in
                another way.
                  phone82.gateway.pay-url      where it finds pay                           http://localhost:8082
                Its exit code: 0 done, 1 the order has no refund that failed, 2 wrong arguments or pay does not answer.

                token prints a token of the operator for one context, which is good for a minute:
                curl localhost:8081/cancellations -H "Authorization: Bearer $(java -jar phone82.jar token app)"

                Exit code: 0 after a clean stop, 1 when a context cannot start, 2 for wrong arguments.
                """).toString();
    }
}
