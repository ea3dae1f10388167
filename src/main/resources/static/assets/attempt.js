import {asGuest, call} from './api.js';
import {keep, kept} from './keep.js';
import {remember} from './mine.js';

/** Time in which an unanswered request may still create an order, ms. */
const UNDER_WAY = 60_000;
/** Time in which the shop knows the key, ms; it keeps keys for a day. */
const KEY_KNOWN = 20 * 60 * 60_000;
/** Time in which the customer still waits for the answer, ms. */
const RECENT = 2 * 60_000;

/**
 * The order that was sent and whose outcome is unknown. It is kept until the shop's final answer, across reloads and tabs. Sent again
 * under its key, it never becomes a second order.
 */
export function pendingAttempt() {
    const attempt = kept('attempt');
    return typeof attempt?.key === 'string' && typeof attempt.body?.item === 'string' ? attempt : null;
}

export const discardAttempt = () => keep('attempt', null);

const age = attempt => Date.now() - (attempt.sent ?? 0);

export const isRecent = attempt => age(attempt) < RECENT;

export const isResolvable = attempt => age(attempt) < KEY_KNOWN;

/** @param guest whether the customer does not log in: then the attempt has the secret of the order */
export function newAttempt(body, guest) {
    return {key: [...random(16)].map(byte => byte.toString(16).padStart(2, '0')).join(''), body,
        ...(guest ? {secret: btoa(String.fromCharCode(...random(32))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')} : {})};
}

const random = bytes => crypto.getRandomValues(new Uint8Array(bytes));

/**
 * Places the order, or finds the order that this attempt has placed already. A guest's order has its secret.
 *
 * @throws Refused; `isFinal` says whether it is certain that there is no order
 */
export async function send(attempt) {
    keep('attempt', {...attempt, sent: Date.now()});
    try {
        const placed = await call('POST', '/orders', attempt.body, {'Idempotency-Key': attempt.key, ...asGuest(attempt.secret)});
        discardAttempt();
        if (attempt.secret) {
            return {...placed, secret: attempt.secret};
        }
        remember(placed.id);
        return placed;
    } catch (refused) {
        refused.isFinal = refused.isRefusal && (!attempt.sent || age(attempt) > UNDER_WAY);
        if (refused.isFinal) {
            discardAttempt();
        } else if (refused.isRefusal) {
            keep('attempt', attempt);
        }
        throw refused;
    }
}
