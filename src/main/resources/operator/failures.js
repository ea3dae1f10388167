// The panel that breaks things for a demonstration. The server shows what is broken, also by other means than this page.
import {get, h, place, say, write} from '/words.js';

let report = {enabled: false, failures: [], others: []};
/** How many changes have begun or ended: a report that was requested before is outdated. */
let changes = 0;

export async function readFailures() {
    try {
        const before = changes;
        const answer = await get('/failures');
        const read = answer.ok && await answer.json();
        if (read && changes === before) {
            report = read;
        }
    } catch {
        // the page already shows that this process does not answer
    }
}

export function showFailures() {
    const {enabled, failures, others} = report;
    place('break-section').hidden = !enabled;
    // the buttons stay, so that they keep the focus
    if (place('failures').childElementCount !== failures.length) {
        place('failures').replaceChildren(...failures.map(({id}) => {
            const button = h('button', {type: 'button', 'aria-describedby': `failure-${id} expect-${id}`});
            button.addEventListener('click', () => change(`/failures/${id}`, !isActive(id)));
            return h('li', {'data-failure': id}, h('h3', {id: `failure-${id}`}), h('p', {id: `expect-${id}`}), button);
        }));
    }
    failures.forEach(({id, active}) => {
        const item = document.querySelector(`[data-failure=${id}]`);
        item.className = active ? 'active' : '';
        write(item.querySelector('h3'), say(`failure.${id}`));
        write(item.querySelector('p'), active == null ? say('break.unknown') : say(`expect.${id}`));
        write(item.querySelector('button'), say(active ? 'break.undo' : 'break.do'));
        item.querySelector('button').disabled = active == null;
    });
    const broken = [...failures.filter(each => each.active).map(({id}) => say(`failure.${id}`)), ...others.map(fault => say('failure.other', fault))];
    place('broken').hidden = broken.length === 0;
    write(place('broken-text'), broken.length ? say('broken', {failures: broken.join(', ')}) : '');
}

function isActive(id) {
    return report.failures.find(each => each.id === id).active;
}

async function change(path, active) {
    place('break-failed').textContent = '';
    changes++;
    try {
        const answer = await fetch(path, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({active})});
        const body = await answer.json();
        if (!answer.ok) {
            throw new Error(body.detail);
        }
        report = body;
    } catch (failure) {
        place('break-failed').textContent = say('break.failed', {reason: failure.message});
    }
    changes++;
    showFailures();
}

place('undo-all').addEventListener('click', async () => {
    await change('/failures', false);
    if (place('broken').hidden) {
        place('metrics-title').focus();
    }
});
