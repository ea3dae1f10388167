/** Values that the browser does not store (a private window, a full storage): they last until the page is closed. */
const unkept = new Map();

export function kept(name) {
    if (unkept.has(name)) {
        return unkept.get(name);
    }
    try {
        return JSON.parse(localStorage.getItem(name));
    } catch {
        return null;
    }
}

/** @param value null deletes it */
export function keep(name, value) {
    try {
        if (value === null) {
            localStorage.removeItem(name);
        } else {
            localStorage.setItem(name, JSON.stringify(value));
        }
        unkept.delete(name);
    } catch {
        unkept.set(name, value);
    }
}

/** Stores a plain string, which first.js reads before the first paint. */
export function keepRaw(name, text) {
    try {
        localStorage.setItem(name, text);
    } catch {
        // kept for this visit only
    }
}

const MOST_ORDERS = 200;

/** The orders that were placed in this browser, newest first. */
export const ownOrders = () => (Array.isArray(kept('orders')) ? kept('orders') : []).filter(Number.isInteger);

/** Records that the order was placed in this browser. The browser reports it to its other tabs only, so this reports it to this tab. */
export function remember(id) {
    keep('orders', [id, ...ownOrders().filter(each => each !== id)].slice(0, MOST_ORDERS));
    dispatchEvent(new StorageEvent('storage', {key: 'orders'}));
}

export const isMine = id => ownOrders().some(each => String(each) === String(id));

/** Where the tracking link is kept while its guest logs in. */
const LINK = 'guest-link';

/** The address of an order; a guest's is its tracking link. */
export const addressOf = ({id, secret}) => secret ? `/guest#${id}.${secret}` : `/orders/${id}`;

/** Keeps the address of this page, which is a tracking link. */
export function keepLink() {
    try {
        sessionStorage.setItem(LINK, location.pathname + location.hash);
    } catch {
        // without storage the guest opens the link again
    }
}

/** Opens the link again from which a guest went to log in. */
export function resumeLink() {
    try {
        const link = sessionStorage.getItem(LINK);
        sessionStorage.removeItem(LINK);
        if (link && location.pathname === '/') {
            history.replaceState(null, '', link);
        }
    } catch {
        // see above
    }
}
