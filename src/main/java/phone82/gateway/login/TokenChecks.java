package phone82.gateway.login;

import com.github.benmanes.caffeine.cache.Ticker;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import phone82.gateway.login.OpenIdIssuer.Verified;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Checks the tokens of programs: each once at a time, however many requests bring it, and not again while it is valid. */
class TokenChecks {

    private final OpenIdIssuer issuer;
    private final IssuerCalls checks;
    /** Checks that may wait for the issuer. */
    private final IssuerCalls searches;
    private final VerifiedTokens verified = new VerifiedTokens(Ticker.systemTicker());
    /** The requests that wait for a check, by its token. A set changes with its entry only. */
    private final Map<String, Set<CompletableFuture<Verified>>> unfinished = new ConcurrentHashMap<>();

    TokenChecks(OpenIdIssuer issuer, Vertx vertx) {
        this.issuer = issuer;
        this.checks = new IssuerCalls(vertx, "token-check");
        this.searches = new IssuerCalls(vertx, "token-key-search");
    }

    /** The result of an earlier check; null if the token must be checked. */
    Verified known(String token) {
        return verified.find(token);
    }

    /** Fails with the problem of {@link OpenIdIssuer#verify}, or if too many checks wait already. */
    CompletableFuture<Verified> check(RoutingContext request, String token) {
        CompletableFuture<Verified> result = new CompletableFuture<>();
        Set<CompletableFuture<Verified>> own = new HashSet<>();
        Set<CompletableFuture<Verified>> waiting = unfinished.compute(token, (same, others) -> {
            Set<CompletableFuture<Verified>> all = others == null ? own : others;
            all.add(result);
            return all;
        });
        // strangers may come and leave in any number
        request.addEndHandler(left -> unfinished.computeIfPresent(token, (same, all) -> {
            all.remove(result);
            return all;
        }));
        if (waiting == own) {
            begin(token, own);
        }
        return result;
    }

    private void begin(String token, Set<CompletableFuture<Verified>> waiting) {
        IssuerCalls calls = issuer.knowsKeyOf(token) ? checks : searches;
        calls.call(() -> isWanted(token), () -> {
            Verified result = issuer.verify(token);
            verified.add(token, result);
            return result;
        }).onComplete(done -> {
            unfinished.computeIfPresent(token, (same, present) -> present == waiting ? null : present);
            waiting.forEach(each -> {
                if (done.succeeded()) {
                    each.complete(done.result());
                } else {
                    each.completeExceptionally(done.cause());
                }
            });
        });
    }

    /** If nobody waits any more, the next request with this token begins a check of its own. */
    private boolean isWanted(String token) {
        return unfinished.computeIfPresent(token, (same, all) -> all.isEmpty() ? null : all) != null;
    }
}
