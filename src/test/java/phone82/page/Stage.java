package phone82.page;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import phone82.gateway.Pages;
import phone82.journey.Phone82Extension;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The pages on a stub of the API that answers as a test needs it, for states that are short or rare in the real system. */
final class Stage implements BeforeEachCallback, AfterAllCallback {

    private static final List<String> ITEMS = List.of("note20", "note21", "test", "abc123", "galaxy-s25", "galaxy-s25-ultra", "galaxy-z-fold7",
            "galaxy-z-flip7", "iphone-17", "iphone-17-pro", "pixel-10", "pixel-10-pro");

    /** The model that has variants and texts, and its variants: there is no black one of 512 GB. */
    private static final String FOLD = "galaxy-z-fold7";
    private static final List<JsonObject> FOLDS = List.of(fold(FOLD, 1_199_000, 256, "blue"), fold(FOLD + "-256-black", 1_199_000, 256, "black"),
            fold(FOLD + "-512-blue", 1_399_000, 512, "blue"), fold(FOLD + "-1024-blue", 1_699_000, 1024, "blue"));
    private static final JsonObject FOLD_TEXTS = new JsonObject().put("model", FOLD).put("keywords", "갤럭시 폴드 Édition").put("display", "8.0″ OLED").put("battery", "4400 mAh");

    final Queue<Consumer<RoutingContext>> orderAnswers = new ConcurrentLinkedQueue<>();
    final Queue<Consumer<RoutingContext>> cancellationAnswers = new ConcurrentLinkedQueue<>();
    final Queue<Consumer<RoutingContext>> shipmentAnswers = new ConcurrentLinkedQueue<>();
    final Queue<Consumer<RoutingContext>> pauseAnswers = new ConcurrentLinkedQueue<>();
    /** All requests to pause or resume a delivery, as {@code 7: reason} and {@code 7 resumed}. */
    final List<String> pauses = new CopyOnWriteArrayList<>();
    /** The orders of all shipment requests. */
    final List<String> shipments = new CopyOnWriteArrayList<>();
    /** The queries of all lists of deliveries. */
    final List<String> deliveryLists = new CopyOnWriteArrayList<>();
    /** The roles of the user; null if the session cannot be read. */
    volatile List<String> roles;
    /** The keys of all order requests. */
    final List<String> keys = new CopyOnWriteArrayList<>();
    final List<String> cancelled = new CopyOnWriteArrayList<>();
    final Map<Long, JsonObject> orders = new ConcurrentSkipListMap<>();
    final Map<Long, JsonObject> payments = new ConcurrentHashMap<>();
    final Map<Long, JsonObject> deliveries = new ConcurrentSkipListMap<>();
    final Map<Long, JsonArray> timelines = new ConcurrentHashMap<>();
    /** With the query of each. */
    final Map<HttpServerResponse, String> streams = new ConcurrentHashMap<>();
    final AtomicInteger streamsEver = new AtomicInteger();
    /** The beginnings of paths that answer 503 to reads. */
    final List<String> outages = new CopyOnWriteArrayList<>();
    /** The prices of models that do not have the usual one. */
    final Map<String, Integer> prices = new ConcurrentHashMap<>();
    /** Whether streams are accepted and never answered. */
    volatile boolean streamsHang;
    /** Whether the session has ended: the API answers 401. */
    volatile boolean loggedOut;
    /** In milliseconds. */
    volatile long delay;
    volatile String date;
    private final Map<String, Long> placed = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicLong events = new AtomicLong();
    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;

    Stage() {
        Router router = Router.router(vertx);
        router.route().handler(context -> {
            // as the server of the contexts does
            context.response().putHeader("Cache-Control", "no-store");
            if (date != null) {
                context.response().putHeader("Date", date);
            }
            context.next();
        });
        int port = Phone82Extension.freePort();
        new Pages(Stream.of("app", "pay", "store", "customer").collect(Collectors.toMap(context -> context, context -> "http://localhost:" + port)),
                Set.of("orders", "payments", "deliveries", "history", "phones", "idempotency-keys")).mount(vertx, router);
        router.get().handler(context -> {
            if (loggedOut && context.normalizedPath().matches("/(orders|deliveries|history|payments)\\b.*")) {
                streamsEver.addAndGet(context.normalizedPath().endsWith("/stream") ? 1 : 0);
                problem(401, "Not logged in", 0).accept(context);
            } else if (outages.stream().anyMatch(context.normalizedPath()::startsWith)) {
                problem(503, "Unavailable", 5).accept(context);
            } else {
                context.next();
            }
        });
        router.post("/orders").handler(BodyHandler.create(false));
        router.get("/phones").handler(slowly(context -> json(context, page(ITEMS.stream().flatMap(item -> item.equals(FOLD) ? FOLDS.stream() : Stream.of(phone(item, prices.getOrDefault(item, 1_199_000)))).toList(), 200, null)
                .put("models", new JsonArray().add(FOLD_TEXTS)))));
        router.post("/orders").handler(context -> {
            keys.add(context.request().getHeader("Idempotency-Key"));
            Consumer<RoutingContext> answer = orderAnswers.poll();
            (answer == null ? (Consumer<RoutingContext>) this::place : answer).accept(context);
        });
        router.get("/idempotency-keys/:key").handler(context -> {
            Long id = placed.get(context.pathParam("key"));
            if (id == null) {
                problem(404, "Not found", 0).accept(context);
            } else {
                json(context, orders.get(id));
            }
        });
        router.get("/orders").handler(context -> list(context, List.of()));
        router.get("/orders/:id").handler(slowly(context -> one(context, orders)));
        router.delete("/orders/:id").handler(context -> {
            cancelled.add(context.pathParam("id"));
            Consumer<RoutingContext> answer = cancellationAnswers.poll();
            if (answer != null) {
                answer.accept(context);
                return;
            }
            JsonObject order = orders.get(Long.parseLong(context.pathParam("id")));
            json(context, order.put("status", "Cancelled"));
        });
        router.get("/payments/:id").handler(slowly(context -> one(context, payments)));
        router.get("/deliveries/:id").handler(slowly(context -> one(context, deliveries)));
        router.get("/deliveries").handler(slowly(context -> {
            deliveryLists.add(context.request().query());
            list(context, List.copyOf(deliveries.values()));
        }));
        router.post("/deliveries/:id/shipment").handler(slowly(context -> {
            shipments.add(context.pathParam("id"));
            answerOr(shipmentAnswers.poll(), context, this::ship);
        }));
        router.put("/deliveries/:id/pause").handler(BodyHandler.create(false));
        router.put("/deliveries/:id/pause").handler(slowly(context -> {
            String reason = context.body().asJsonObject().getString("reason");
            pauses.add(context.pathParam("id") + ": " + reason);
            answerOr(pauseAnswers.poll(), context, id -> pause(id, reason));
        }));
        router.delete("/deliveries/:id/pause").handler(slowly(context -> {
            pauses.add(context.pathParam("id") + " resumed");
            answerOr(pauseAnswers.poll(), context, this::resume);
        }));
        router.get("/session").handler(context -> {
            if (loggedOut) {
                json(context, new JsonObject().put("login", true));
            } else if (roles == null) {
                problem(404, "Not found", 0).accept(context);
            } else {
                json(context, new JsonObject().put("login", true).put("subject", "park").put("name", "Park").put("roles", new JsonArray(roles)));
            }
        });
        router.get("/history/stream").handler(context -> {
            streamsEver.incrementAndGet();
            if (streamsHang) {
                return;
            }
            HttpServerResponse response = context.response().setChunked(true).putHeader("Content-Type", "text/event-stream");
            streams.put(response, String.valueOf(context.request().query()));
            response.closeHandler(closed -> streams.remove(response));
            response.write("event: heart-beat\ndata: {}\n\n");
        });
        router.get("/history/:id").handler(slowly(context -> {
            long id = Long.parseLong(context.pathParam("id"));
            JsonObject order = orders.get(id);
            if (order == null) {
                problem(404, "Not found", 0).accept(context);
            } else {
                json(context, order.copy().put("orderId", id).put("timeline", timelines.getOrDefault(id, new JsonArray())));
            }
        }));
        router.get("/history").handler(slowly(context -> list(context, orders.entrySet().stream()
                .map(each -> each.getValue().copy().put("orderId", each.getKey())).toList())));
        server = vertx.createHttpServer().requestHandler(router).listen(port).toCompletionStage().toCompletableFuture().join();
    }

    String url(String path) {
        return "http://localhost:" + server.actualPort() + path;
    }

    @Override
    public void afterAll(ExtensionContext test) {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Override
    public void beforeEach(ExtensionContext test) {
        orderAnswers.clear();
        cancellationAnswers.clear();
        shipmentAnswers.clear();
        pauseAnswers.clear();
        pauses.clear();
        shipments.clear();
        deliveryLists.clear();
        roles = null;
        keys.clear();
        cancelled.clear();
        List.of(orders, payments, deliveries, timelines, placed).forEach(Map::clear);
        streamsEver.set(0);
        outages.clear();
        prices.clear();
        streamsHang = false;
        loggedOut = false;
        delay = 0;
        date = null;
    }

    /** Ends the streams as the gateway does when a login must be checked again. */
    void renewStreams() {
        streams.keySet().removeIf(each -> {
            each.end("event: renew\ndata: {}\n\n");
            return true;
        });
    }

    void cutStreams() {
        streams.keySet().removeIf(each -> {
            each.reset();
            return true;
        });
    }

    /** An order that the dealer ships in an hour. */
    long anOrder(String item, String status) {
        long id = ids.incrementAndGet();
        String now = Instant.now().toString();
        orders.put(id, new JsonObject().put("id", id).put("item", item).put("qty", 1).put("unitPrice", 1_199_000).put("amount", 1_199_000)
                .put("status", status).put("orderedAt", now).put("updatedAt", now));
        payments.put(id, new JsonObject().put("orderId", id).put("amount", 1_199_000).put("status", "Completed").put("completedAt", now));
        deliveries.put(id, new JsonObject().put("orderId", id).put("item", item).put("qty", 1).put("status", status.equals("Paid") ? "Received" : status)
                .put("dispatchAt", Instant.now().plusSeconds(90).toString()).put("shippedAt", now));
        timelines.put(id, new JsonArray().add(step("Ordered")).add(step("PayCompleted")).add(step("OrderReceived")));
        if (status.equals("Shipped")) {
            timelines.get(id).add(step("Shipped"));
        }
        return id;
    }

    /** A paid order that was placed under this key. */
    long placedUnder(String key, String item) {
        return placed.computeIfAbsent(key, each -> anOrder(item, "Paid"));
    }

    static JsonObject step(String type) {
        return new JsonObject().put("type", type).put("at", Instant.now().toString()).put("correlationId", "0af7651916cd43dd8448eb211c80319c");
    }

    void ship(long id) {
        orders.get(id).put("status", "Shipped").put("shippedAt", Instant.now().toString());
        deliveries.get(id).put("status", "Shipped");
        happened("Shipped", id);
    }

    /** The customer cancels. */
    void cancel(long id) {
        orders.get(id).put("status", "Cancelled");
        deliveries.get(id).put("status", "Cancelled");
        happened("DeliveryCancelled", id);
    }

    void pause(long id, String reason) {
        deliveries.get(id).put("status", "Paused").put("pausedAt", Instant.now().toString()).put("pauseReason", reason);
        happened("DeliveryPaused", id);
    }

    private void resume(long id) {
        deliveries.get(id).put("status", "Received").remove("pausedAt");
        deliveries.get(id).remove("pauseReason");
        happened("DeliveryResumed", id);
    }

    /** The view and the streams have the event; app may process it later. */
    void happened(String type, long id) {
        timelines.get(id).add(step(type));
        stream("progress", step(type).put("orderId", id).put("status", orders.get(id).getString("status"))
                .put("item", orders.get(id).getString("item")).put("amount", orders.get(id).getLong("amount")));
    }

    void stream(String event, JsonObject data) {
        String text = "id: " + events.incrementAndGet() + "\nevent: " + event + "\ndata: " + data.encode() + "\n\n";
        streams.keySet().forEach(each -> each.write(text));
    }

    void place(RoutingContext context) {
        context.response().setStatusCode(201);
        json(context, placed(context));
    }

    /** Places the order and never answers. */
    void placeWithoutAnAnswer(RoutingContext context) {
        placed(context);
        context.response().putHeader("Content-Length", "100").write("{");
    }

    private JsonObject placed(RoutingContext context) {
        JsonObject body = context.body().asJsonObject();
        return orders.get(placed.computeIfAbsent(context.request().getHeader("Idempotency-Key"), key -> {
            long id = anOrder(body.getString("item"), "Paid");
            orders.get(id).put("qty", body.getInteger("qty"));
            return id;
        }));
    }

    static Consumer<RoutingContext> problem(int status, String title, int retryAfter) {
        return context -> {
            if (retryAfter > 0) {
                context.response().putHeader("Retry-After", String.valueOf(retryAfter));
            }
            context.response().setStatusCode(status).putHeader("Content-Type", "application/problem+json")
                    .end(new JsonObject().put("title", title).put("status", status).put("detail", "refused by a test").encode());
        };
    }

    private io.vertx.core.Handler<RoutingContext> slowly(Consumer<RoutingContext> answer) {
        return context -> {
            if (delay == 0) {
                answer.accept(context);
            } else {
                vertx.setTimer(delay, passed -> answer.accept(context));
            }
        };
    }

    /** Gives the prepared answer, or changes the delivery and shows it. */
    private void answerOr(Consumer<RoutingContext> answer, RoutingContext context, LongConsumer change) {
        if (answer != null) {
            answer.accept(context);
            return;
        }
        long id = Long.parseLong(context.pathParam("id"));
        change.accept(id);
        json(context, deliveries.get(id));
    }

    private static void one(RoutingContext context, Map<Long, JsonObject> all) {
        JsonObject found = all.get(Long.parseLong(context.pathParam("id")));
        if (found == null) {
            problem(404, "Not found", 0).accept(context);
        } else {
            json(context, found);
        }
    }

    /** Newest first, or by the dispatch time; the cursor is the last id. */
    private static void list(RoutingContext context, List<JsonObject> all) {
        String after = context.request().getParam("after");
        String status = context.request().getParam("status");
        String item = context.request().getParam("item");
        Comparator<JsonObject> order = context.request().getParam("sort") == null ? Comparator.comparing(each -> -each.getLong("orderId"))
                : Comparator.comparing((JsonObject each) -> Instant.parse(each.getString("dispatchAt"))).thenComparing(each -> each.getLong("orderId"));
        List<JsonObject> matching = all.stream().sorted(order)
                .dropWhile(each -> after != null && !each.getLong("orderId").equals(Long.valueOf(after))).skip(after == null ? 0 : 1)
                .filter(each -> status == null || each.getString("status").equals(status)).filter(each -> item == null || each.getString("item").equals(item)).toList();
        int size = Integer.parseInt(context.request().getParam("size", "20"));
        Long next = matching.size() > size ? matching.get(size - 1).getLong("orderId") : null;
        if (!"text/csv".equals(context.request().getHeader("Accept"))) {
            json(context, page(matching, size, next));
            return;
        }
        if (next != null) {
            context.response().putHeader("Link", "</deliveries?size=" + size + "&status=" + status + "&sort=dispatchAt&after=" + next + ">; rel=\"next\"");
        }
        context.response().putHeader("Content-Type", "text/csv; charset=utf-8").end(matching.stream().limit(size)
                .map(each -> each.getLong("orderId") + "," + each.getString("item") + "\r\n").collect(Collectors.joining("", "orderId,item\r\n", "")));
    }

    private static JsonObject page(List<JsonObject> rows, int size, Long next) {
        JsonObject page = new JsonObject().put("items", new JsonArray(rows.stream().limit(size).toList()));
        return next == null ? page : page.put("next", String.valueOf(next));
    }

    private static void json(RoutingContext context, JsonObject json) {
        context.response().putHeader("Content-Type", "application/json").end(json.encode());
    }

    private static JsonObject phone(String item, int price) {
        return new JsonObject().put("item", item).put("name", "Phone " + item).put("price", price);
    }

    private static JsonObject fold(String item, int price, int storage, String colour) {
        return phone(item, price).put("name", "Phone " + FOLD).put("model", FOLD).put("storage", storage).put("colour", colour);
    }
}
