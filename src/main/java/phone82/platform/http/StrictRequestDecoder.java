package phone82.platform.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.stream.ChunkedStream;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import phone82.platform.api.Problem;
import phone82.platform.observability.Correlation;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strict version of Netty's request decoder. It refuses anything that two servers could interpret as different requests (RFC 9112, 11.2),
 * and reads nothing more from that connection. A request must be complete in time, and a client must not send many requests before it has
 * read their responses.
 */
final class StrictRequestDecoder extends VertxHttpRequestDecoder {

    private static final byte TAB = '\t';
    private static final byte LF = '\n';
    private static final byte CR = '\r';
    private static final byte SPACE = ' ';
    private static final byte COLON = ':';
    private static final byte DEL = 0x7f;

    /** The absolute form, which clients send to proxies and every server must accept. */
    private static final Pattern ABSOLUTE = Pattern.compile("http://([^/?#]*)(.*)", Pattern.CASE_INSENSITIVE);

    /** Bytes of a body that are passed to the socket at once. Each piece is copied out of the heap, and waits there until the client reads. */
    private static final int PIECE = 64 * 1024;

    private final HttpLimits limits;
    private final BooleanSupplier leaving;
    private final Function<HttpRequest, InetAddress> forwardedFor;
    private final ClientLimit<InetAddress> connections;
    /** The client behind a proxy for which the connection is in use; null for none. */
    private InetAddress client;
    private boolean begun;
    private boolean inHead = true;
    private boolean requestLineRead;
    private boolean refused;
    private int unanswered;
    /** For each unanswered request, whether it is a HEAD request. */
    private final Deque<Boolean> heads = new ArrayDeque<>();
    private Future<?> silence;
    private Future<?> deadline;

    /**
     * @param leaving      whether each request is to be the last one of its connection; its response says so and closes the connection
     * @param forwardedFor the client for which a proxy sends a request; null if the connection is the client's own
     * @param connections  of each client; one behind a proxy uses the proxy's connection while it has a request in progress
     */
    StrictRequestDecoder(HttpServerOptions options, HttpLimits limits, BooleanSupplier leaving, Function<HttpRequest, InetAddress> forwardedFor,
                         ClientLimit<InetAddress> connections) {
        super(options);
        this.limits = limits;
        this.leaving = leaving;
        this.forwardedFor = forwardedFor;
        this.connections = connections;
    }

    /** Whether a request was refused here; nothing more is read. */
    boolean hasRefused() {
        return refused;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext channel) throws Exception {
        super.handlerAdded(channel);
        silence = channel.executor().schedule(() -> channel.close(), limits.headSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext channel, Object bytes) throws Exception {
        silence.cancel(false);
        super.channelRead(channel, bytes);
        if (refused || !begun) {
            endDeadline();
        } else if (deadline == null) {
            deadline = channel.executor().schedule(() -> headIsDue(channel), Math.min(limits.headSeconds(), limits.sendSeconds()), TimeUnit.SECONDS);
        }
    }

    private void headIsDue(ChannelHandlerContext channel) {
        int rest = limits.sendSeconds() - limits.headSeconds();
        if (inHead || rest <= 0) {
            late(channel);
        } else {
            deadline = channel.executor().schedule(() -> late(channel), rest, TimeUnit.SECONDS);
        }
    }

    private void endDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private void late(ChannelHandlerContext channel) {
        deadline = null;
        Problem problem = new Problem(408, "Request timeout", "Send the head of a request within " + limits.headSeconds()
                + " s, and all of it within " + limits.sendSeconds() + " s.");
        if (inHead) {
            channel.fireChannelRead(refusal(problem));
            channel.fireChannelReadComplete();
        } else {
            giveUp(channel, problem);
        }
    }

    /** Answers a request with an incomplete body directly, without its handler, which still waits for the rest. */
    private void giveUp(ChannelHandlerContext channel, Problem problem) {
        refused = true;
        if (unanswered != 1) {
            channel.close();
            return;
        }
        Correlation.begin(null);
        FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(problem.status()),
                Unpooled.wrappedBuffer(Problems.body(problem)));
        Correlation.end();
        answer.headers().set(HttpHeaderNames.CONTENT_TYPE, Problems.MEDIA_TYPE)
                .set(HttpHeaderNames.CONTENT_LENGTH, answer.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        channel.channel().writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void handlerRemoved0(ChannelHandlerContext channel) throws Exception {
        silence.cancel(false);
        endDeadline();
        release();
        super.handlerRemoved0(channel);
    }

    /** Whether the client behind the proxy may use this connection. A proxy that sends a request before the last answer keeps that client's place. */
    private boolean acquire(HttpRequest request) {
        InetAddress sender = client == null ? forwardedFor.apply(request) : null;
        if (sender == null) {
            return true;
        }
        if (!connections.acquire(sender)) {
            return false;
        }
        client = sender;
        return true;
    }

    private void releaseIfIdle() {
        if (unanswered == 0 && !begun) {
            release();
        }
    }

    private void release() {
        if (client != null) {
            connections.release(client);
            client = null;
        }
    }

    @Override
    protected void decode(ChannelHandlerContext channel, ByteBuf bytes, List<Object> out) throws Exception {
        if (refused) {
            bytes.skipBytes(bytes.readableBytes());
            return;
        }
        if (inHead && isFlawed(bytes)) {
            bytes.skipBytes(bytes.readableBytes());
            out.add(refusal(new IllegalArgumentException("malformed head")));
            return;
        }
        begun = true;
        super.decode(channel, bytes, out);
        for (int i = 0; i < out.size(); i++) {
            Object part = out.get(i);
            if (part instanceof HttpRequest request) {
                inHead = false;
                unanswered++;
                heads.add(request.method().equals(HttpMethod.HEAD));
                Throwable flaw = flaw(request);
                if (flaw != null) {
                    out.clear();
                    out.add(refusal(flaw));
                    return;
                }
                if (request.method().equals(HttpMethod.HEAD)) {
                    // the response is the same as for GET, but answers() removes the body
                    request.setMethod(HttpMethod.GET);
                }
                if (leaving.getAsBoolean()) {
                    request.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
                }
            }
            if (part instanceof HttpContent content && !(part instanceof HttpRequest) && content.decoderResult().isFailure()) {
                out.remove(i);
                giveUp(channel, HttpServer.malformed());
                return;
            }
            if (part instanceof LastHttpContent) {
                endRequest();
            }
        }
    }

    private void endRequest() {
        begun = false;
        inHead = true;
        requestLineRead = false;
        endDeadline();
        releaseIfIdle();
    }

    /** Whether the available part of a head, which starts at the beginning of a line, is malformed. */
    private boolean isFlawed(ByteBuf bytes) {
        int spaces = 0;
        byte before = LF;
        for (int i = bytes.readerIndex(); i < bytes.writerIndex(); i++) {
            byte b = bytes.getByte(i);
            if ((b == LF) != (before == CR)) {
                return true;
            }
            if (b == LF) {
                if (!requestLineRead && spaces != 2) {
                    return true;
                }
                requestLineRead = true;
            } else if (b == CR) {
                if (before == LF) {
                    // an empty line ends a head, but must not begin one
                    return !requestLineRead || i + 1 < bytes.writerIndex() && bytes.getByte(i + 1) != LF;
                }
            } else if (b == SPACE || b == TAB) {
                if (before == LF || b == TAB && !requestLineRead) {
                    return true;
                }
                spaces++;
            } else if (b >= 0 && b < SPACE || b == DEL || b == COLON && before == LF) {
                return true;
            }
            before = b;
        }
        return false;
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage request) {
        throw new IllegalArgumentException("both Transfer-Encoding and Content-Length");
    }

    /** Returns why a request whose head was read must be refused; null if it is valid. */
    private Throwable flaw(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return request.decoderResult().cause();
        }
        if (request.protocolVersion() != HttpVersion.HTTP_1_1 && request.protocolVersion() != HttpVersion.HTTP_1_0) {
            return new Problem(400, "Bad request", "Use HTTP/1.1.");
        }
        if (request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            List<String> encodings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
            if (encodings.size() != 1 || !encodings.get(0).equalsIgnoreCase("chunked")
                    || request.protocolVersion() == HttpVersion.HTTP_1_0) {
                return new IllegalArgumentException("Transfer-Encoding");
            }
        }
        Problem flawOfHost = flawOfHost(request);
        if (flawOfHost != null) {
            return flawOfHost;
        }
        // Netty takes this header, of an obsolete WebSocket version, as a body of 8 bytes
        if (request.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY1)) {
            return new IllegalArgumentException("a body without a length");
        }
        if (unanswered > limits.ahead()) {
            return new Problem(429, "Too many requests", "Send at most " + limits.ahead()
                    + " requests on a connection before you read their answers.").retryAfter(1);
        }
        if (!acquire(request)) {
            return new Problem(429, "Too many requests", "Have at most " + limits.connectionsPerClient() + " requests in progress.").retryAfter(1);
        }
        return null;
    }

    /** Null if it has one host. That of an absolute target overrides the Host header (RFC 9112, 3.2.2). */
    private static Problem flawOfHost(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1 || hosts.isEmpty() && request.protocolVersion() == HttpVersion.HTTP_1_1) {
            return new Problem(400, "Bad request", "A request needs one Host header.");
        }
        if (!hosts.isEmpty() && !Hosts.isWellFormed(hosts.get(0))) {
            return new Problem(400, "Bad request", "The header host must name a host, and nothing else but a port.");
        }
        Matcher absolute = ABSOLUTE.matcher(request.uri());
        if (absolute.matches()) {
            if (!Hosts.isWellFormed(absolute.group(1))) {
                return new Problem(400, "Bad request", "The request target must name a host, and nothing else but a port.");
            }
            request.headers().set(HttpHeaderNames.HOST, absolute.group(1));
            request.setUri(absolute.group(2).startsWith("/") ? absolute.group(2) : "/" + absolute.group(2));
        }
        return null;
    }

    private HttpMessage refusal(Throwable why) {
        refused = true;
        HttpMessage refusal = createInvalidMessage();
        refusal.setDecoderResult(DecoderResult.failure(why));
        return refusal;
    }

    /**
     * Counts responses, removes their bodies for HEAD requests, and disconnects a client that sends more requests without reading. It divides a
     * large body, for a {@code ChunkedWriteHandler} that sends the next piece when the client has read the last one.
     */
    ChannelOutboundHandler answers() {
        return new ChannelOutboundHandlerAdapter() {
            @Override
            public void write(ChannelHandlerContext channel, Object part, ChannelPromise written) {
                boolean interim = part instanceof HttpResponse response && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
                boolean last = part instanceof LastHttpContent && !interim;
                Object sent = interim || !Boolean.TRUE.equals(heads.peek()) ? part : headOf(channel, part);
                if (!last) {
                    channel.write(sent, written);
                    return;
                }
                heads.poll();
                boolean divided = sent instanceof LastHttpContent whole && whole.content().readableBytes() > PIECE;
                channel.write(divided ? bodyOf(channel, (LastHttpContent) sent) : sent, written.unvoid().addListener(done -> {
                    unanswered--;
                    releaseIfIdle();
                }));
                if (unanswered > 1 && (divided || !channel.channel().isWritable())) {
                    channel.close();
                }
            }
        };
    }

    /** Writes the head of a whole response, and returns its body in pieces. */
    private static Object bodyOf(ChannelHandlerContext channel, LastHttpContent whole) {
        if (whole instanceof HttpResponse response) {
            channel.write(new DefaultHttpResponse(response.protocolVersion(), response.status(), response.headers()));
        }
        return new HttpChunkedInput(new ChunkedStream(new ByteBufInputStream(whole.content(), true), PIECE));
    }

    private static Object headOf(ChannelHandlerContext channel, Object part) {
        ReferenceCountUtil.release(part);
        if (!(part instanceof HttpResponse response)) {
            return part instanceof LastHttpContent ? LastHttpContent.EMPTY_LAST_CONTENT : Unpooled.EMPTY_BUFFER;
        }
        boolean endless = "text/event-stream".equals(response.headers().get(HttpHeaderNames.CONTENT_TYPE));
        response.headers().remove(HttpHeaderNames.TRANSFER_ENCODING);
        if (endless) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            channel.executor().execute(() -> channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE));
        }
        return part instanceof LastHttpContent
                ? new DefaultFullHttpResponse(response.protocolVersion(), response.status(), Unpooled.EMPTY_BUFFER, response.headers(), EmptyHttpHeaders.INSTANCE)
                : new DefaultHttpResponse(response.protocolVersion(), response.status(), response.headers());
    }
}
