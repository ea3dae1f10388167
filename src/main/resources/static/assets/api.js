import {say} from './words.js';

const PATIENCE = 15_000;

/** An answer that is none: the shop's problem, or status 0 where there was no answer at all. */
export class Refused extends Error {
    constructor(status, problem = {}, retryAfter = 0) {
        super(problem.detail ?? `status ${status}`);
        this.status = status;
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    get words() {
        const known = ['0', '404', '429', '503'].includes(String(this.status));
        return say(`bad.${known ? this.status : 'other'}`, {seconds: this.retryAfter || 5, detail: this.message});
    }
}

export async function call(method, path, body, headers = {}) {
    let answer;
    try {
        answer = await fetch(path, {
            method,
            headers: {Accept: 'application/json', 'X-Requested-With': 'phone82', ...(body ? {'Content-Type': 'application/json'} : {}), ...headers},
            body: body && JSON.stringify(body),
            cache: 'no-store',
            signal: AbortSignal.timeout(PATIENCE),
        });
        if (answer.ok) {
            return await answer.json();
        }
    } catch {
        throw new Refused(0);
    }
    throw new Refused(answer.status, await answer.json().catch(() => ({})), Number(answer.headers.get('Retry-After')) || 0);
}

export const get = path => call('GET', path);

/** What is there, or null; any other failure is thrown. */
export const find = path => get(path).catch(refused => {
    if (refused.status === 404) {
        return null;
    }
    throw refused;
});

let catalogue;

/** The price list, read once. */
export async function phones() {
    catalogue ??= (await get('/phones')).items;
    return catalogue;
}

/** The name of an item on the price list; another item is named as it was ordered. */
export const nameOf = item => catalogue?.find(phone => phone.item === item)?.name ?? item ?? '';
