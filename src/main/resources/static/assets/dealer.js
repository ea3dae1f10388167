import {currentBatch, closeBatch, isRunning, onBatch, perform, start, stopBatch} from './batch.js';
import {csvPage, find, forSale, nameOf, phones, read, secondsUntil, session} from './api.js';
import {announce, ask, coalesced, failure, go, h, notice, phone, redraw, skeleton} from './dom.js';
import {follow} from './live.js';
import {orderNumber} from './rows.js';
import {language, say, sayOf, span, time} from './words.js';

const AT_ONCE = 200;
/** The queues: the status of their deliveries, null for all; whether the one to ship first comes first; what a dealer can do there. */
const QUEUES = {
    ship: {status: 'Received', byDispatch: true, actions: ['ship', 'pause']},
    paused: {status: 'Paused', byDispatch: true, actions: ['resume']},
    held: {status: 'Held', actions: []},
    shipped: {status: 'Shipped', actions: []},
    cancelled: {status: 'Cancelled', actions: []},
    all: {status: null, actions: []},
};
/** The queues of unfinished work, whose numbers are always shown. */
const OPEN = ['ship', 'paused', 'held'];
const SHIPPERS = ['dealer', 'operator'];
const LONGEST_REASON = 200;
/** If more deliveries leave a queue at once, they are not reported one by one. */
const MOST_LEAVERS = 20;
/** Ignores a click on a button that has just moved under the pointer, and a key that meant the button before. */
const SETTLED = 600;

/** The orders that the dealer has selected; they stay selected across views. */
const selected = new Set();

/** The dealer's work: deliveries to ship, the next one first, and deliveries that are paused, being cancelled, shipped or cancelled. */
export function dealer(main, _, query) {
    const queue = query.get('show') in QUEUES ? query.get('show') : 'ship';
    const {actions} = QUEUES[queue];
    const item = query.get('item');
    const outage = h('div', {class: 'outcome'});
    const tabs = h('nav', {class: 'queues', 'aria-label': say('dealer.queues')});
    const filters = h('form', {class: 'filters', 'aria-label': say('orders.filters'), submit: event => event.preventDefault()});
    const progress = h('div', {class: 'batch'});
    const place = h('div', {class: 'dealer panel'}, skeleton(6, 'row'));
    const more = h('p', {class: 'hint after'});
    const result = h('p', {class: 'toast', role: 'status'});
    const search = h('input', {id: 'search', type: 'search', inputmode: 'numeric', maxlength: 30, autocomplete: 'off', value: query.get('find') ?? '', input: () => {
        const wanted = new URLSearchParams(location.search);
        wanted.delete('find');
        if (number()) {
            wanted.set('find', number());
        }
        history.replaceState(history.state, '', address(wanted));
        found = undefined;
        show();
        lookUp();
    }});
    main.append(h('div', {class: 'head row'}, h('h1', {tabindex: -1}, say('dealer.title')),
        h('form', {class: 'finder', role: 'search', submit: event => event.preventDefault()}, h('label', {for: 'search'}, say('orders.find')), search)),
    outage, tabs, filters, progress, place, more, result);
    let pages = 1;
    /** The loaded deliveries of each queue, and the cursor of the following ones: of this queue and those of open work. */
    let lists = null;
    /** The delivery with the number that is searched for, of any age; null if there is none, undefined until that is known. */
    let found;
    /** The requests under way, by order. */
    const underWay = new Map();
    /** Whether the user may ship and open any order; if that is not known, the shop decides. */
    let may = null;
    let exporting = false;
    /** Deliveries that have left the queue, with their former places: they stay under the pointer until it leaves the list. */
    let leavers = [];
    /** The places of the rows, and when each row last moved. */
    let rows = null;
    const moved = new Map();
    let focusMoved = -SETTLED;
    let farewell;
    let later;
    let left = false;
    const load = coalesced(async () => {
        clearTimeout(later);
        try {
            const names = [...new Set([queue, ...OPEN])];
            const [queues, rights] = await Promise.all([
                Promise.all(names.map(async name => [name, await readQueue(name, name === queue ? pages : 1)])),
                may ?? session().then(({roles}) => ({ship: roles.some(each => SHIPPERS.includes(each)), open: roles.includes('operator')}))
                    .catch(() => ({ship: true, open: true})),
                phones().catch(() => []),
            ]);
            may = rights;
            const before = lists && shown();
            lists = Object.fromEntries(queues);
            if (before && !number()) {
                await findLeavers(before);
            }
        } catch (refused) {
            if (left) {
                return;
            }
            if (refused.status === 401 || refused.status === 403) {
                outage.replaceChildren(failure(refused, load));
                place.hidden = true;
                return;
            }
            if (!outage.firstChild) {
                outage.replaceChildren(notice('warn', say('dealer.away'), say(lists ? 'dealer.away.text' : 'dealer.away.empty')));
            }
            if (!lists) {
                place.replaceChildren();
                place.hidden = true;
            }
            later = setTimeout(load, (refused.retryAfter || 5) * 1000);
            return;
        }
        outage.replaceChildren();
        place.hidden = false;
        show();
        lookUp();
    }, 300);
    place.addEventListener('pointerleave', () => {
        if (leavers.length) {
            leavers = [];
            show();
        }
    });
    const end = follow(null, {opened: load, happened: load});
    const clock = setInterval(count, 1000);
    onBatch(delivery => {
        if (delivery) {
            changed(currentBatch().action, delivery);
        }
        if (!left) {
            show();
            showBatch();
        }
        if (!isRunning() && !left) {
            announce(summary());
            load();
        }
    });
    showTabs(null);
    showFilters();
    showBatch();
    if (history.state?.queue === queue) {
        tabs.querySelector('[aria-current]').focus();
    }
    load();
    return {title: say('dealer.title'), tab: 'dealer', end: () => { left = true; end(); clearInterval(clock); clearTimeout(later); clearTimeout(farewell); }};

    async function readQueue(name, pages) {
        const items = [];
        let next = null;
        for (let page = 0; page < pages && (page === 0 || next); page++) {
            const list = await read(`/deliveries?${ofList(name, next)}`);
            items.push(...list.items);
            next = list.next ?? null;
        }
        return {items, next};
    }

    function ofList(name, next) {
        const {status, byDispatch} = QUEUES[name];
        return new URLSearchParams({size: AT_ONCE, ...(status && {status}), ...(item && {item}), ...(byDispatch && {sort: 'dispatchAt'}), ...(next && {after: next})});
    }

    function address(wanted) {
        return `/dealer${wanted.size ? `?${wanted}` : ''}`;
    }

    function number() {
        return orderNumber(search.value);
    }

    /** The order with the number that is searched for. */
    async function lookUp() {
        const id = number();
        if (!id) {
            return;
        }
        const read = /^[1-9]\d{0,17}$/.test(id) ? await find(`/deliveries/${id}`).catch(() => undefined) : null;
        if (number() === id) {
            found = read;
            show();
        }
    }

    function shown() {
        if (number()) {
            return [found].filter(Boolean);
        }
        const deliveries = ofQueue(queue);
        leavers.forEach(({delivery, place}) => deliveries.splice(Math.min(place, deliveries.length), 0, delivery));
        return deliveries;
    }

    /** Keeps the rows of deliveries that others have shipped, paused or cancelled, while the pointer is over the list, and reports them. */
    async function findLeavers(before) {
        const present = new Set(ofQueue(queue).map(each => each.orderId));
        const gone = before.map((delivery, place) => ({delivery, place})).filter(({delivery: {orderId, status}}) => status === QUEUES[queue].status && !present.has(orderId) && !underWay.has(orderId));
        if (gone.length > MOST_LEAVERS || !gone.length || isRunning()) {
            return;
        }
        const now = await Promise.all(gone.map(({delivery}) => find(`/deliveries/${delivery.orderId}`).catch(() => null)));
        const known = gone.map((each, i) => ({...each, delivery: now[i]})).filter(({delivery}) => delivery && delivery.status !== QUEUES[queue].status);
        known.forEach(({delivery: {orderId, status}}) => {
            selected.delete(orderId);
            if (status !== 'Received') {
                report('warn', say(`dealer.left.${status}`, {id: orderId}));
            }
        });
        if (place.matches(':hover')) {
            leavers.push(...known);
        }
    }

    function show() {
        if (!lists || left) {
            return;
        }
        const {items, next} = lists[queue];
        const deliveries = shown();
        showTabs(ofQueue);
        const kind = ['ship', 'pause', 'resume', 'check'].find(each => document.activeElement.classList.contains(each));
        const controls = () => [...place.querySelectorAll(`.${kind}`)];
        const focused = kind && place.contains(document.activeElement) ? controls().indexOf(document.activeElement) : -1;
        redraw(place, mayAct() && deliveries.length > 0 && toolbar(ofQueue(queue)),
            deliveries.length ? h('ul', {class: 'rows', id: `queue-${queue}`}, deliveries.map(row)) : h('p', {class: 'hint'}, nothing()));
        if (focused >= 0 && !place.contains(document.activeElement)) {
            focusMoved = performance.now();
            (controls()[focused] ?? controls().at(-1) ?? main.querySelector('h1')).focus();
        }
        recordMoves(deliveries);
        redraw(more, !number() && say(!next ? 'dealer.count' : QUEUES[queue].byDispatch ? 'dealer.first' : 'dealer.newest', {count: items.length}), ' ',
            !number() && next && h('button', {type: 'button', click: () => { pages++; load(); }}, say('dealer.more')), ' ',
            !number() && items.length > 0 && h('button', {type: 'button', id: 'export', 'aria-disabled': exporting && 'true', click: exportCsv}, say('dealer.export')), ' ',
            may.open && h('a', {href: '/orders'}, say('mine.all')));
        count();
    }

    function nothing() {
        return number() ? found === null ? say('dealer.none.found', {id: number()}) : '…'
            : say(item ? 'dealer.none.model' : queue === 'ship' ? 'dealer.none' : 'dealer.none.other');
    }

    /** The deliveries that are still in the queue. */
    function ofQueue(name) {
        const {status} = QUEUES[name];
        return lists[name].items.filter(each => !status || each.status === status);
    }

    function changed(action, delivery) {
        if (delivery.status !== QUEUES[action === 'resume' ? 'paused' : 'ship'].status) {
            selected.delete(delivery.orderId);
        }
        replace(delivery);
    }

    function replace(delivery) {
        const current = each => each.orderId === delivery.orderId ? delivery : each;
        Object.values(lists ?? {}).forEach(list => { list.items = list.items.map(current); });
        found = found && current(found);
    }

    function recordMoves(deliveries) {
        const places = new Map(deliveries.map((each, place) => [each.orderId, place]));
        if (rows) {
            places.forEach((place, id) => rows.get(id) !== place && moved.set(id, performance.now()));
        }
        [...moved.keys()].filter(id => !places.has(id)).forEach(id => moved.delete(id));
        rows = places;
    }

    /** @param of returns the deliveries of a queue; null before they are loaded */
    function showTabs(of) {
        redraw(tabs, ...Object.keys(QUEUES).map(name => {
            const wanted = new URLSearchParams(location.search);
            wanted.delete('find');
            wanted.set('show', name);
            return h('a', {href: address(wanted), 'aria-current': name === queue ? 'page' : null, click: event => {
                if (!event.metaKey && !event.ctrlKey && !event.shiftKey) {
                    event.preventDefault();
                    go(address(wanted), {focus: false, state: {queue: name}});
                }
            }}, say(`dealer.${name}`), ' ', OPEN.includes(name) && h('span', {class: 'number'}, of ? lists[name].next ? `${AT_ONCE}+` : of(name).length.toLocaleString(language()) : '–'));
        }));
    }

    async function showFilters() {
        const listed = forSale(await phones().catch(() => []));
        const known = listed.some(each => each.item === item) || !item ? listed : [{item, name: item}, ...listed];
        filters.replaceChildren(h('label', {}, h('span', {}, say('orders.model')), h('select', {id: 'filter-item', change: event => {
            const wanted = new URLSearchParams(location.search);
            wanted.delete('item');
            if (event.target.value) {
                wanted.set('item', event.target.value);
            }
            go(address(wanted), {state: {focus: 'filter-item'}, focus: false});
        }}, [['', say('orders.all')], ...known.map(each => [each.item, nameOf(each.item)])].map(([value, text]) => h('option', {value, selected: value === (item ?? '')}, text)))));
        if (history.state?.focus) {
            document.getElementById(history.state.focus)?.focus();
        }
    }

    function mayAct() {
        return may.ship && actions.length > 0 && !number();
    }

    /** The selected deliveries of this queue. */
    function chosen() {
        return lists ? ofQueue(queue).map(each => each.orderId).filter(id => selected.has(id)) : [];
    }

    function toolbar(deliveries) {
        const ids = chosen();
        const all = h('input', {type: 'checkbox', id: 'select-all', checked: ids.length === deliveries.length, change: () => {
            deliveries.forEach(each => all.checked ? selected.add(each.orderId) : selected.delete(each.orderId));
            show();
        }});
        all.indeterminate = ids.length > 0 && ids.length < deliveries.length;
        return h('div', {class: 'tools-bar', role: 'group', 'aria-label': say('select.tools')},
            h('label', {class: 'tick'}, all, say('select.all')), h('span', {class: 'hint', id: 'chosen'}, say('select.count', {count: ids.length})),
            actions.map(action => h('button', {type: 'button', id: `${action}-selected`, 'aria-disabled': (!ids.length || isRunning()) && 'true', click: () => actOnChosen(action)},
                say(`${action}.selected`))),
            actions.includes('ship') && h('button', {type: 'button', id: 'slips-selected', 'aria-disabled': !ids.length && 'true', click: printSlips}, say('slips.selected')));
    }

    function printSlips() {
        const ids = chosen();
        if (ids.length > AT_ONCE) {
            report('warn', say('slips.most', {count: AT_ONCE}));
        } else if (ids.length) {
            go(`/dealer/slips?orders=${ids}`);
        }
    }

    async function actOnChosen(action) {
        const ids = chosen();
        if (!ids.length || isRunning()) {
            return;
        }
        const reason = action === 'pause' ? await askReason(ids) : null;
        if (reason !== null || action !== 'pause') {
            start(action, ids, reason);
            showBatch();
            progress.querySelector('h2').focus();
        }
    }

    /** The reason of a pause; null if the dealer does not enter one. */
    function askReason(ids) {
        return ask({title: ids.length === 1 ? say('pause.title', {id: ids[0]}) : say('pause.title.many', {count: ids.length}), text: say('pause.text'), label: say('pause.reason'),
            longest: LONGEST_REASON, yes: say('pause.yes'), no: say('pause.no')});
    }

    function showBatch() {
        const batch = currentBatch();
        if (!batch) {
            redraw(progress);
            return;
        }
        const {ids, results, running} = batch;
        redraw(progress, h('section', {class: 'panel', 'aria-labelledby': 'batch'},
            h('h2', {id: 'batch', tabindex: -1}, say('batch.title')),
            h('progress', {max: ids.length, value: results.size, 'aria-labelledby': 'batch'}),
            h('p', {id: 'batch-summary'}, summary()),
            h('div', {class: 'actions'}, running ? h('button', {type: 'button', id: 'batch-stop', click: stopBatch}, say('batch.stop'))
                : h('button', {type: 'button', id: 'batch-close', click: () => { closeBatch(); showBatch(); main.querySelector('h1').focus(); }}, say('batch.close'))),
            h('ul', {class: 'results', id: 'batch-results', tabindex: 0, 'aria-labelledby': 'batch'}, [...results.values()].map(({kind, text}) => h('li', {class: kind}, text)))));
        const list = document.getElementById('batch-results');
        list.scrollTop = list.scrollHeight;
    }

    function summary() {
        const {ids, results, running, stopped} = currentBatch();
        const good = [...results.values()].filter(each => each.kind === 'good').length;
        const values = {all: ids.length, done: results.size, good, bad: results.size - good};
        return say(running ? 'batch.running' : stopped && results.size < ids.length ? 'batch.stopped' : values.bad ? 'batch.failed' : 'batch.done', values);
    }

    function row(delivery) {
        const {orderId, status} = delivery;
        return h('li', {}, mayAct() && status === QUEUES[queue].status && h('label', {class: 'tick'}, h('input', {type: 'checkbox', class: 'check', id: `select-${orderId}`, checked: selected.has(orderId), change: ({target}) => {
            target.checked ? selected.add(orderId) : selected.delete(orderId);
            show();
        }}), h('span', {class: 'unseen'}, say('select.one', {id: orderId}))),
        h(may.open ? 'a' : 'div', {class: 'entry', href: may.open && `/orders/${orderId}`}, phone(delivery.item, 'small'),
            h('span', {class: 'what'}, h('strong', {}, nameOf(delivery.item)), ' ', h('span', {class: 'times'}, `× ${delivery.qty}`)),
            h('span', {class: 'id'}, say('orders.number', {id: orderId})),
            status === 'Received' ? h('span', {class: 'due', 'data-due': delivery.dispatchAt})
                : status === 'Shipped' ? h('time', {datetime: delivery.shippedAt}, queue === 'all' && `${say('delivery.Shipped')} · `, time(delivery.shippedAt))
                : h('span', {class: `badge ${status}`}, sayOf('delivery', status)),
            status === 'Paused' && h('span', {class: 'why'}, delivery.pauseReason, ' ', h('span', {class: 'hint'}, say('pause.since', {time: time(delivery.pausedAt)})))),
        may.ship && Object.values(QUEUES).find(each => each.status === status)?.actions.map(action => button(action, orderId)));
    }

    function button(action, id) {
        const busy = underWay.get(id);
        return h('button', {type: 'button', id: `${action}-${id}`, class: action, 'aria-disabled': (busy || isRunning()) && 'true', click: event => act(action, id, event),
            keydown: event => event.repeat && event.preventDefault()},
        say(busy === action ? `${action}.busy` : `${action}.now`), h('span', {class: 'unseen'}, ` ${say('orders.number', {id})}`));
    }

    async function act(action, id, {detail: clicks}) {
        const settled = Math.max(focusMoved, clicks > 0 ? moved.get(id) ?? -SETTLED : -SETTLED) + SETTLED;
        if (underWay.has(id) || performance.now() < settled) {
            if (clicks === 0) {
                focusMoved = performance.now();
            }
            return;
        }
        if (isRunning()) {
            report('warn', say('batch.busy'));
            return;
        }
        const reason = action === 'pause' ? await askReason([id]) : null;
        if (reason === null && action === 'pause') {
            document.getElementById(`pause-${id}`)?.focus();
            return;
        }
        underWay.set(id, action);
        report('');
        show();
        document.getElementById(`${action}-${id}`)?.focus();
        const {kind, text, delivery} = await perform(action, id, reason);
        underWay.delete(id);
        if (delivery) {
            changed(action, delivery);
        }
        if (!left) {
            report(kind, text);
            show();
            load();
        }
    }

    /** Saves the whole list as a file, whatever its length. */
    async function exportCsv() {
        if (exporting) {
            return;
        }
        exporting = true;
        show();
        const parts = [];
        let lines = 0;
        try {
            for (let next = `/deliveries?${ofList(queue)}`; next && !left;) {
                const page = await csvPage(next);
                const start = parts.length ? page.text.indexOf('\r\n') + 2 : 0;
                parts.push(page.text.slice(start));
                lines += page.text.split('\r\n').length - 2;
                next = page.next;
                report('good', say('dealer.exporting', {count: lines}));
            }
            if (!left) {
                // spreadsheets read a file as UTF-8 if it starts with a byte order mark
                const file = URL.createObjectURL(new Blob(['\ufeff', ...parts], {type: 'text/csv;charset=utf-8'}));
                h('a', {href: file, download: `deliveries-${queue}.csv`}).click();
                setTimeout(() => URL.revokeObjectURL(file), 60_000);
                report('good', say('dealer.exported', {count: lines}));
            }
        } catch (refused) {
            report('warn', `${say('dealer.export.not')} ${refused.words}`);
        }
        exporting = false;
        show();
    }

    /** Shows an outcome for some seconds, without moving the list. */
    function report(kind, text = '') {
        clearTimeout(farewell);
        result.className = `toast ${kind}`;
        result.textContent = text;
        if (text) {
            farewell = setTimeout(() => report(''), kind === 'good' ? 6000 : 15_000);
        }
    }

    function count() {
        place.querySelectorAll('[data-due]').forEach(each => {
            const left = secondsUntil(each.dataset.due);
            each.textContent = left > 0 ? say('in', {time: span(left)}) : say('dealer.due');
            each.classList.toggle('soon', left <= 3);
        });
    }
}
