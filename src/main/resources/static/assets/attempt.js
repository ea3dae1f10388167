import {asGuest, call, find} from './api.js';
import {keep, kept, remember} from './keep.js';

/** Time in which an unanswered request may still create an order, ms. */
const UNDER_WAY = 60_000;
/** Time in which the shop knows the key, ms; it keeps keys for a day at least. */
const KEY_KNOWN = 20 * 60 * 60_000;

/**
 * The order that was sent and whose outcome is unknown. It is kept until the outcome is known, across reloads and tabs; the one of a guest until
 * the tracking link is shown, because nothing else has its secret. Only a press of the customer sends it again; under its key it never becomes a
 * second order.
 */
export function pendingAttempt() {
    const attempt = kept('attempt');
    return typeof attempt?.key === 'string' && typeof attempt.body?.item === 'string' ? attempt : null;
}

export const discardAttempt = () => keep('attempt', null);

const age = attempt => Date.now() - (attempt.sent ?? 0);

/** Whether the request may still arrive. */
export const isUnderWay = attempt => age(attempt) < UNDER_WAY;

export const isResolvable = attempt => age(attempt) < KEY_KNOWN;

/**
 * @param guest   whether the customer does not log in: then the attempt has the secret of the order
 * @param subject who orders, if the shop has logins
 */
export function newAttempt(body, guest, subject) {
    return {key: [...random(16)].map(byte => byte.toString(16).padStart(2, '0')).join(''), body, subject,
        ...(guest ? {secret: btoa(String.fromCharCode(...random(32))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')} : {})};
}

const random = bytes => crypto.getRandomValues(new Uint8Array(bytes));

/**
 * Places the order, or finds the order that this attempt has placed already. A guest's order has its secret.
 *
 * @throws Refused; `isFinal` says whether it is certain that there is no order
 */
export async function send(attempt) {
    const {sent} = attempt;
    attempt.sent = Date.now();
    keep('attempt', attempt);
    try {
        return placed(attempt, await call('POST', '/orders', attempt.body, {'Idempotency-Key': attempt.key, ...asGuest(attempt.secret)}));
    } catch (refused) {
        refused.isFinal = refused.isRefusal && (!sent || !isUnderWay({sent}));
        if (refused.isFinal) {
            discardAttempt();
        } else if (refused.isRefusal) {
            attempt.sent = sent;
            keep('attempt', attempt);
        }
        throw refused;
    }
}

/** The order that this attempt has placed, without sending it again; null if there is none so far. */
export async function look(attempt) {
    const order = await find(`/idempotency-keys/${attempt.key}`, asGuest(attempt.secret));
    return order && placed(attempt, order);
}

function placed({secret}, order) {
    if (secret) {
        return {...order, secret};
    }
    discardAttempt();
    remember(order.id);
    return order;
}
