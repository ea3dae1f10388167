import {call, find} from './api.js';
import {say, time} from './words.js';

const ACTIONS = {
    ship: id => call('POST', `/deliveries/${id}/shipment`),
    pause: (id, reason) => call('PUT', `/deliveries/${id}/pause`, {reason}),
    resume: id => call('DELETE', `/deliveries/${id}/pause`),
};
const REASONS = {'Being cancelled': 'ship.held', 'Cancelled already': 'ship.cancelled', 'Paused': 'ship.paused', 'Nothing is shipped': 'ship.stopped'};
/** Most attempts at one delivery; each request has its effect once, however often it is sent. */
const ATTEMPTS = 3;

/** Ships, pauses or resumes one delivery; returns it as it is now, or null if that is not known, and the outcome in words. */
export async function perform(action, id, reason) {
    try {
        return {kind: 'good', delivery: await ACTIONS[action](id, reason), text: say(`${action}.done`, {id})};
    } catch (refused) {
        // it may have left the queue
        const delivery = refused.status === 409 ? await find(`/deliveries/${id}`).catch(() => null) : null;
        const isShipped = action === 'ship' && refused.problem.title === 'Shipped already';
        return {kind: isShipped ? 'good' : 'warn', delivery, text: sentence(action, id, refused, delivery), refused};
    }
}

function sentence(action, id, refused, delivery) {
    const {status, problem: {title}} = refused;
    if (status === 409 && title === 'Shipped already') {
        return delivery?.shippedAt ? say('ship.late.at', {id, time: time(delivery.shippedAt)}) : say('ship.late', {id});
    }
    return status === 409 && REASONS[title] ? say(REASONS[title], {id})
        : status === 409 && title ? say(`${action}.not`, {id})
        : status === 422 && action === 'pause' ? `${say('pause.not', {id})} ${say('pause.invalid')}`
        : refused.isRefusal ? `${say(`${action}.not`, {id})} ${refused.words}`
        : say(`${action}.unsure`, {id});
}

/**
 * The deliveries that are being shipped, paused or resumed together, or were last; null if none. It outlives the view, so that a change of
 * the view or of the language neither stops the work nor hides a result.
 */
let batch = null;
let changed = () => {};

export const currentBatch = () => batch;

export const isRunning = () => batch?.running === true;

/** @param listener called with the delivery, if it has changed, after each step; replaces the listener of the previous view */
export function onBatch(listener) {
    changed = listener;
}

export function stopBatch() {
    batch.stopped = true;
}

export function closeBatch() {
    batch = null;
}

/** Handles one delivery after the other; a failure of one does not keep the others from it. */
export async function start(action, ids, reason) {
    const own = {action, ids, results: new Map(), running: true, stopped: false};
    batch = own;
    addEventListener('beforeunload', warn);
    for (const id of ids) {
        if (own.stopped) {
            break;
        }
        changed(null);
        const result = await persistently(own, id, reason);
        own.results.set(id, result);
        // it would be refused for each of the others, too
        own.stopped ||= result.refused?.problem.title === 'Nothing is shipped';
        changed(result.delivery);
    }
    removeEventListener('beforeunload', warn);
    own.running = false;
    changed(null);
}

/** Repeats a request that was too early, or whose outcome is unknown. */
async function persistently(own, id, reason) {
    let unsure = false;
    for (let attempt = 1; ; attempt++) {
        const result = await perform(own.action, id, reason);
        const {refused} = result;
        if (unsure && own.action === 'ship' && refused?.problem.title === 'Shipped already') {
            return {...result, kind: 'good', text: say('ship.done', {id})};
        }
        const later = refused && (refused.status === 429 || refused.status === 503);
        if (attempt === ATTEMPTS || own.stopped || !refused || !later && refused.isRefusal || refused.status === 409) {
            return result;
        }
        unsure ||= !refused.isRefusal;
        await new Promise(passed => setTimeout(passed, (refused.retryAfter || 1) * 1000));
    }
}

function warn(event) {
    event.preventDefault();
}
