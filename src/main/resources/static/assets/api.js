import {gigabytes, say, sayOf} from './words.js';

const PATIENCE = 15_000;
/** Smaller differences to the server's clock are ignored, ms: the header has whole seconds. */
const ALIKE = 2000;

/** Titles of 503 that guarantee that nothing was done. With any other title the request may have taken effect. */
const REFUSALS = ['Payment unavailable', 'Cancellation unavailable', 'Too busy', 'Unavailable', 'Shutting down'];

let ahead = 0;

/** The current time of the server's clock. */
export const now = () => Date.now() + ahead;

/** Seconds from now until then, at least 0. */
export const secondsUntil = iso => Math.max(0, Math.ceil((new Date(iso) - now()) / 1000));

/** A failed request: with the shop's problem, or with status 0 if there was no answer. */
class Refused extends Error {
    constructor(status, problem = {}, retryAfter = 0) {
        super(problem.detail ?? `status ${status}`);
        this.status = status;
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    /** Whether it is certain that nothing was done. */
    get isRefusal() {
        return this.status === 503 ? REFUSALS.includes(this.problem.title)
            : this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 409;
    }

    get words() {
        const known = ['0', '401', '403', '404', '429', '503'].includes(String(this.status));
        return say(`bad.${known ? this.status : this.status >= 500 ? '500' : 'other'}`, {seconds: this.retryAfter || 5});
    }
}

export const call = (method, path, body, headers) => send(method, path, body, headers, async answer => answer.status === 204 ? null : answer.json());

/** A page of a list as CSV, and the path of the page after it; null on the last one. */
export const csvPage = path => send('GET', path, null, {Accept: 'text/csv'}, async answer =>
    ({text: await answer.text(), next: /<([^>]+)>; rel="next"/.exec(answer.headers.get('Link'))?.[1] ?? null}));

async function send(method, path, body, headers, read) {
    let answer;
    try {
        answer = await fetch(path, {
            method,
            headers: {Accept: 'application/json', 'X-Requested-With': 'phone82', ...(body ? {'Content-Type': 'application/json'} : {}), ...headers},
            body: body && JSON.stringify(body),
            // what the page preloads
            cache: path === '/phones' && !catalogue ? 'default' : 'no-store',
            signal: AbortSignal.timeout(PATIENCE),
        });
        readClock(answer.headers.get('Date'));
        if (answer.ok) {
            return await read(answer);
        }
    } catch {
        throw new Refused(0);
    }
    throw new Refused(answer.status, await answer.json().catch(() => ({})), Number(answer.headers.get('Retry-After')) || 0);
}

function readClock(date) {
    const difference = Date.parse(date ?? '') + 500 - Date.now();
    ahead = Math.abs(difference) > ALIKE ? difference : 0;
}

export const get = (path, headers) => call('GET', path, null, headers);

/** Identifies the guest who placed an order; without a secret the user is the one of the session. */
export const asGuest = secret => secret ? {Authorization: `Guest ${secret}`} : {};

/** The answers that came with the page, by path, each for one use; null for a resource that does not exist. */
const known = new Map(Object.entries(JSON.parse(document.getElementById('known')?.textContent ?? '{}')));

export const isKnown = path => known.has(path);

function takeKnown(path) {
    const value = known.get(path);
    known.delete(path);
    return value;
}

/** The answer that came with the page, or a new one. */
export const read = async path => takeKnown(path) ?? get(path);

/** The resource, or null if it does not exist; any other failure is thrown. */
export const find = async (path, headers) => isKnown(path) ? takeKnown(path) : get(path, headers).catch(refused => {
    if (refused.status === 404 || refused.status === 400) {
        return null;
    }
    throw refused;
});

let user;

/** Who is logged in, read once: a login loads the pages of all tabs anew. */
export function session() {
    user ??= read('/session').catch(refused => {
        user = null;
        throw refused;
    });
    return user;
}

/** Who is logged in now; if that cannot be read, who was before. */
export const currentSession = () => get('/session').catch(session).catch(() => ({}));

/** Whether nobody is logged in where a login is required. */
export const isAnonymous = ({login, name}) => login === true && !name;

/** Whether the user sees only their own orders, as all but operators do. A dealer sees the deliveries of all orders besides. */
export const seesOwnOrders = ({login, name, roles}) => login === true && Boolean(name) && !roles?.includes('operator');

/** Items on the price list that are only for trying the API. */
const FOR_TRIALS = ['test', 'abc123'];

/** The phones that customers are shown. */
export const forSale = list => list.filter(phone => !FOR_TRIALS.includes(phone.item));

let catalogue;
let reading;

/** The price list, read once: it changes with a restart of the shop only. */
export async function phones() {
    reading ??= readPhones().catch(refused => {
        reading = null;
        throw refused;
    });
    await reading;
    return catalogue.items;
}

async function readPhones() {
    catalogue = await read('/phones');
}

/** The price list as it is now. */
export async function currentPhones() {
    catalogue = await get('/phones');
    return catalogue.items;
}

/** The phone on the price list; undefined for an unlisted item, and before the list is read. */
export const phoneOf = item => catalogue?.items.find(phone => phone.item === item);

/** Whether customers can order the item; false before the list is read. */
export const isForSale = item => forSale(catalogue?.items ?? []).includes(phoneOf(item));

/** What the variants of a model have in common. */
export const modelOf = id => catalogue?.models?.find(each => each.model === id) ?? {};

/** The name of a variant on the price list; for an unlisted item, its text in the order. */
export function nameOf(item) {
    const phone = phoneOf(item);
    return phone ? [phone.name, phone.storage && gigabytes(phone.storage), phone.colour && sayOf('colour', phone.colour)].filter(Boolean).join(', ') : item ?? '';
}
