// What waits for an operator: dead letters and stuck orders, each with its repair.
import {get, h, language, place, readable, redraw, say, write} from '/words.js';

let waiting = [];
let reading = false;
/** The sentence about the last repair, as its key and values, so that it follows the language. */
let result;

/** Reads in the background, because a context without its broker answers late. */
export async function readRepairs() {
    if (reading) {
        return;
    }
    reading = true;
    try {
        const answer = await get('/repairs');
        if (answer.ok) {
            waiting = (await answer.json()).repairs;
            showRepairs();
        }
    } catch {
        // the page already shows that this process does not answer
    } finally {
        reading = false;
    }
}

export function showRepairs() {
    write(place('repairs-result'), result ? say(...result) : '');
    place('repairs-section').hidden = waiting.length === 0 && !result;
    const wasHere = place('repairs').contains(document.activeElement);
    if (redraw(place('repairs'), waiting, () => waiting.map(table)) && wasHere && !place('repairs').contains(document.activeElement)) {
        place('repairs-title').focus();
    }
}

function table({context, name, items, more}) {
    const title = say(`repair.${name}`, {context});
    const path = `/repairs/${context}/${name}`;
    const withCause = items.some(each => each.cause);
    const columns = [withCause && 'repair.type', 'order', 'repair.since', withCause && 'repair.cause', 'action'].filter(Boolean);
    return h('div', {'data-waiting': `${context} ${name}`}, h('h3', {}, title), more && h('p', {}, say('repair.more', {count: items.length})),
        button(path, say(`repair.${name}.all`), say(`repair.${name}.all-of`, {context}), {name, context, count: items.length + (more ? '+' : '')}),
        h('div', {class: 'wide', role: 'region', tabindex: '0', 'aria-label': title}, h('table', {},
            h('thead', {}, h('tr', {}, columns.map(column => h('th', {scope: 'col'}, say(column))))),
            h('tbody', {}, items.map(each => h('tr', {}, withCause && h('td', {}, each.type ?? '–'), h('td', {}, each.orderId ?? '–'),
                h('td', {}, time(each.since)), withCause && h('td', {}, each.cause && readable(each.cause)),
                h('td', {}, button(`${path}/${each.id}`, say(`repair.${name}.one`), say(`repair.${name}.one-of`, {context, order: each.orderId ?? each.id, type: each.type ?? ''}), {name, context, order: each.orderId ?? each.id}))))))));
}

function time(since) {
    const at = new Date(since);
    return Number.isNaN(at.getTime()) ? '–' : at.toLocaleString(language());
}

function button(path, words, label, about) {
    const made = h('button', {type: 'button', 'data-repair': path, 'aria-label': label}, words);
    made.addEventListener('click', () => ask(label, say(`repair.${about.name}.about`), words, () => repair(path, about)));
    return made;
}

/** Asks for a confirmation in a dialog, which returns the focus to the button. */
function ask(title, text, words, confirmed) {
    const yes = h('button', {type: 'button', value: 'yes'}, words);
    const no = h('button', {type: 'button', value: 'no', autofocus: ''}, say('repair.no'));
    const dialog = h('dialog', {'aria-labelledby': 'sure', 'aria-describedby': 'sure-text'}, h('h2', {id: 'sure'}, title), h('p', {id: 'sure-text'}, text), h('p', {class: 'actions'}, no, yes));
    [yes, no].forEach(each => each.addEventListener('click', () => dialog.close(each.value)));
    dialog.addEventListener('close', () => {
        dialog.remove();
        if (dialog.returnValue === 'yes') {
            confirmed();
        }
    });
    document.body.append(dialog);
    dialog.showModal();
}

async function repair(path, {name}) {
    result = null;
    showRepairs();
    try {
        const answer = await fetch(path, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'});
        const body = await answer.json();
        if (!answer.ok) {
            throw new Error(body.detail);
        }
        const outcome = body.failed ? (body.more ? 'untried' : 'partly') : body.more ? 'some' : 'done';
        result = [`repair.${name}.${outcome}`, body];
    } catch (failure) {
        result = ['repair.failed', {reason: failure.message}];
    }
    showRepairs();
    await readRepairs();
}
