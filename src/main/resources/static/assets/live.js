import {get, isAnonymous, session} from './api.js';
import {say} from './words.js';

const SILENCE = 40_000;
const LONGEST_WAIT = 15_000;
const HIDDEN_FOR = 30_000;
const ONE = 'phone82-stream';
/** The roles that may follow orders. */
const FOLLOWERS = ['customer', 'dealer', 'operator'];

const followers = new Set();
/** The channel between the tabs of this browser. Without locks (on an insecure connection) each tab opens its own stream. */
const channel = navigator.locks && globalThis.BroadcastChannel ? new BroadcastChannel(ONE) : null;

/** The orders that other tabs follow: ids, or null for all orders. */
const elsewhere = new Set();

let source;
/** The order to which the stream is limited; null for all orders. */
let scope = null;
let wait = 1000;
let lost = false;
let timer;
let silence;
let hidden;
let farewell;
/** Ends this tab's turn of holding the connection, or its wait for a turn. */
let yieldTurn;

/**
 * Follows the events of one order or of all. Whenever the connection is (re)opened, `opened` is called to reload the view, so that
 * nothing is missed; after that, `happened` is called for every event. All tabs share one connection, because a browser opens six at
 * most. While all followers follow the same order, the stream is limited to its events, which costs the shop less.
 *
 * @returns a function that ends it
 */
export function follow(orderId, {opened, happened}) {
    const follower = {orderId, opened, happened: event => (orderId === null || String(event.orderId) === orderId) && happened(event)};
    followers.add(follower);
    if (source) {
        widen();
    } else {
        channel?.postMessage({kind: 'follows', orderId});
        begin();
    }
    return () => {
        followers.delete(follower);
        // the next view may follow events, too
        setTimeout(() => followers.size === 0 && stop());
    };
}

async function begin() {
    const user = await session().catch(() => ({}));
    if (followers.size > 0 && mayFollow(user)) {
        takeTurn();
    }
}

/** Without a login, where one is required, or without a role, the stream would be refused. */
const mayFollow = user => !user.login || !isAnonymous(user) && FOLLOWERS.some(role => user.roles?.includes(role));

function takeTurn() {
    if (yieldTurn || document.hidden && channel) {
        return;
    }
    if (!channel) {
        yieldTurn = disconnect;
        connect();
        return;
    }
    const turn = new AbortController();
    yieldTurn = () => turn.abort();
    navigator.locks.request(ONE, {signal: turn.signal}, () => turn.signal.aborted ? null : new Promise(done => {
        yieldTurn = () => { disconnect(); done(); };
        connect();
        channel.postMessage({kind: 'who follows'});
    })).catch(() => {});
}

function wanted() {
    const all = new Set([...[...followers].map(each => each.orderId), ...elsewhere]);
    return all.size === 1 ? [...all][0] : null;
}

function widen() {
    if (wanted() !== scope) {
        connect();
    }
}

function stop() {
    yieldTurn?.();
    yieldTurn = undefined;
    elsewhere.clear();
    lost = false;
    show(null);
}

/** Sends a message to the views of all tabs, including this one. */
function report(message) {
    hear(message);
    channel?.postMessage(message);
}

function hear({kind, event, orderId}) {
    if (kind === 'opened') {
        show(followers.size > 0 ? 'found' : null);
        followers.forEach(each => each.opened());
    } else if (kind === 'lost') {
        show(followers.size > 0 ? 'lost' : null);
    } else if (kind === 'ended') {
        stop();
        followers.forEach(each => each.opened());
    } else if (kind === 'happened') {
        followers.forEach(each => each.happened(event));
    } else if (kind === 'who follows') {
        followers.forEach(each => channel.postMessage({kind: 'follows', orderId: each.orderId}));
    } else if (kind === 'follows' && source) {
        elsewhere.add(orderId);
        widen();
        if (lost) {
            channel.postMessage({kind: 'lost'});
        }
    }
}

if (channel) {
    channel.onmessage = ({data}) => hear(data);
}

function show(state) {
    const banner = document.getElementById('connection');
    const wasLost = banner.classList.contains('lost');
    clearTimeout(farewell);
    banner.classList.toggle('lost', state === 'lost');
    banner.textContent = state === 'lost' || state === 'found' && wasLost ? say(state) : '';
    if (state === 'found' && wasLost) {
        farewell = setTimeout(() => show(null), 4000);
    }
}

function heard() {
    clearTimeout(silence);
    silence = setTimeout(() => {
        reportLoss();
        connect();
    }, SILENCE);
}

function reportLoss() {
    if (!lost) {
        lost = true;
        report({kind: 'lost'});
    }
}

function connect() {
    disconnect();
    scope = wanted();
    source = new EventSource(`/history/stream${scope === null ? '' : `?orderId=${scope}`}`);
    heard();
    /** Whether the next connection continues after the last event: then nothing is missed, and no view needs to be loaded anew. */
    let continues = false;
    source.onopen = () => {
        heard();
        wait = 1000;
        lost = false;
        if (!continues) {
            report({kind: 'opened'});
        }
        continues = false;
    };
    source.addEventListener('progress', event => {
        heard();
        report({kind: 'happened', event: JSON.parse(event.data)});
    });
    source.addEventListener('reset', () => report({kind: 'opened'}));
    source.addEventListener('heart-beat', heard);
    // the gateway ends the stream now and then to check the login again; the browser reconnects
    let ended = false;
    source.addEventListener('renew', ({lastEventId}) => {
        ended = true;
        continues = lastEventId !== '';
    });
    source.onerror = () => {
        if (ended) {
            ended = false;
            return;
        }
        continues = false;
        reportLoss();
        if (source.readyState === EventSource.CLOSED) {
            reconnect(source);
        }
    };
}

/** Connects again after a pause, unless the stream was refused because the session has ended: then the views show that. */
async function reconnect(closed) {
    const user = await get('/session').catch(() => ({}));
    if (source !== closed) {
        return;
    }
    if (!mayFollow(user)) {
        report({kind: 'ended'});
        return;
    }
    clearTimeout(timer);
    timer = setTimeout(connect, wait * (0.5 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT);
}

function disconnect() {
    clearTimeout(timer);
    clearTimeout(silence);
    source?.close();
    source = undefined;
}

/** A hidden tab gives the connection to a visible one; when it becomes visible again, it reloads its view. */
document.addEventListener('visibilitychange', () => {
    clearTimeout(hidden);
    if (document.hidden) {
        hidden = setTimeout(stop, HIDDEN_FOR);
    } else if (followers.size > 0 && !yieldTurn) {
        begin();
        followers.forEach(each => each.opened());
    }
});

/** The stream may be dead. On the machine that serves phone82 it is unharmed, though: only a new connection shows which. */
for (const change of ['online', 'offline']) {
    addEventListener(change, () => source && connect());
}
