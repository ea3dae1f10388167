/** Values that this browser keeps; where it keeps none (a private window), until the page is left. */
const unkept = new Map();

export function kept(name) {
    try {
        return JSON.parse(localStorage.getItem(name));
    } catch {
        return unkept.get(name) ?? null;
    }
}

/** @param value null forgets it */
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

/** What is read before the first paint, as it is. */
export function keepRaw(name, text) {
    try {
        localStorage.setItem(name, text);
    } catch {
        // for this visit only
    }
}
