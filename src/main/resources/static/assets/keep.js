/** Values in the browser's storage; if it stores none (a private window), they last until the page is closed. */
const unkept = new Map();

export function kept(name) {
    try {
        return JSON.parse(localStorage.getItem(name));
    } catch {
        return unkept.get(name) ?? null;
    }
}

/** @param value null deletes it */
export function keep(name, value) {
    unkept.set(name, value);
    try {
        if (value === null) {
            localStorage.removeItem(name);
        } else {
            localStorage.setItem(name, JSON.stringify(value));
        }
    } catch {
        // see above
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
