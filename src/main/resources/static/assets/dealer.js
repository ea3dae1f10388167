import {call, find, get, nameOf, phones, secondsUntil} from './api.js';
import {coalesced, go, h, notice, phone, redraw, skeleton} from './dom.js';
import {follow} from './live.js';
import {language, say, sayOf, span, time} from './words.js';

const AT_ONCE = 200;
/** The queues and the status of their deliveries; null for all. */
const QUEUES = {ship: 'Received', held: 'Held', shipped: 'Shipped', cancelled: 'Cancelled', all: null};
/** The queues of unfinished work, whose numbers are always shown. */
const OPEN = ['ship', 'held'];
const SHIPPERS = ['dealer', 'operator'];
/** Ignores a click on a button that has just moved under the pointer, and a key that meant the button before. */
const SETTLED = 600;

/** The dealer's work: deliveries to ship, the next one first, and deliveries that are held, shipped or cancelled. */
export function dealer(main, _, query) {
    const queue = query.get('show') in QUEUES ? query.get('show') : 'ship';
    const outage = h('div', {class: 'outcome'});
    const tabs = h('nav', {class: 'queues', 'aria-label': say('dealer.queues')});
    const place = h('div', {class: 'dealer panel'}, skeleton(6, 'row'));
    const more = h('p', {class: 'hint after'});
    const result = h('p', {class: 'toast', role: 'status'});
    const search = h('input', {id: 'search', type: 'search', autocomplete: 'off', value: query.get('find') ?? '', input: () => {
        const wanted = new URLSearchParams(location.search);
        wanted.delete('find');
        if (search.value.trim()) {
            wanted.set('find', search.value.trim());
        }
        history.replaceState(history.state, '', address(wanted));
        show();
        lookUp();
    }});
    main.append(h('div', {class: 'head row'}, h('h1', {tabindex: -1}, say('dealer.title')),
        h('form', {class: 'finder', role: 'search', submit: event => event.preventDefault()}, h('label', {for: 'search'}, say('dealer.find')), search)), outage, tabs, place, more, result);
    let pages = 1;
    /** The loaded deliveries of each queue, and the cursor of the following ones: of this queue and those of open work. */
    let lists = null;
    /** A delivery that was found by its order number and is not among the loaded ones. */
    let found = null;
    /** The orders whose shipment is under way. */
    const underWay = new Set();
    /** Whether the user may ship; if that is not known, the shop decides. */
    let mayShip = null;
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
            await phones().catch(() => []);
            mayShip ??= await get('/session').then(({roles}) => roles.some(each => SHIPPERS.includes(each))).catch(() => true);
            const names = [...new Set([queue, ...OPEN])];
            const read = await Promise.all(names.map(name => readQueue(name, name === queue ? pages : 1)));
            lists = Object.fromEntries(names.map((name, i) => [name, read[i]]));
        } catch (refused) {
            if (!outage.firstChild) {
                outage.replaceChildren(notice('warn', say('dealer.away'), say(lists ? 'dealer.away.text' : 'dealer.away.empty')));
            }
            later = setTimeout(load, (refused.retryAfter || 5) * 1000);
            return;
        }
        outage.replaceChildren();
        show();
        lookUp();
    }, 300);
    const end = follow(null, {opened: load, happened: load});
    const clock = setInterval(count, 1000);
    showTabs(null);
    if (history.state?.queue === queue) {
        tabs.querySelector('[aria-current]').focus();
    }
    load();
    return {title: say('dealer.title'), tab: 'dealer', end: () => { left = true; end(); clearInterval(clock); clearTimeout(later); clearTimeout(farewell); }};

    async function readQueue(name, pages) {
        const items = [];
        let next = null;
        for (let page = 0; page < pages && (page === 0 || next); page++) {
            const wanted = new URLSearchParams({size: AT_ONCE, ...(QUEUES[name] && {status: QUEUES[name]}), ...(next && {after: next})});
            const list = await get(`/deliveries?${wanted}`);
            items.push(...list.items);
            next = list.next ?? null;
        }
        return {items, next};
    }

    function address(wanted) {
        return `/dealer${wanted.size ? `?${wanted}` : ''}`;
    }

    function words() {
        return search.value.trim().toLowerCase();
    }

    /** An order of any age, by its number. */
    async function lookUp() {
        const id = words();
        if (/^[1-9]\d{0,17}$/.test(id) && !lists?.[queue].items.some(each => String(each.orderId) === id)) {
            found = await find(`/deliveries/${id}`).catch(() => null);
            if (found && words() === id) {
                show();
            }
        } else {
            found = null;
        }
    }

    function show() {
        if (!lists) {
            return;
        }
        const {items, next} = lists[queue];
        showTabs(name => ofQueue(name, lists[name].items));
        const shown = ofQueue(queue, found ? [...items, found] : items);
        if (queue === 'ship') {
            shown.sort((one, other) => String(one.dispatchAt).localeCompare(String(other.dispatchAt)) || one.orderId - other.orderId);
        }
        const buttons = () => [...place.querySelectorAll('.ship')];
        const focused = buttons().indexOf(document.activeElement);
        redraw(place, shown.length ? h('ul', {class: 'rows', id: `queue-${queue}`}, shown.map(row))
            : h('p', {class: 'hint'}, say(words() ? 'dealer.none.found' : queue === 'ship' ? 'dealer.none' : 'dealer.none.other')));
        if (focused >= 0 && !place.contains(document.activeElement)) {
            focusMoved = performance.now();
            (buttons()[focused] ?? buttons().at(-1) ?? main.querySelector('h1')).focus();
        }
        recordMoves(shown);
        redraw(more, say(next ? 'dealer.newest' : 'dealer.count', {count: items.length}), ' ',
            next && h('button', {type: 'button', click: () => { pages++; load(); }}, say('dealer.more')), ' ', h('a', {href: '/orders'}, say('mine.all')));
        count();
    }

    /** The deliveries that are still in the queue and match the search. */
    function ofQueue(name, deliveries) {
        return deliveries.filter(each => !QUEUES[name] || each.status === QUEUES[name])
            .filter(each => !words() || String(each.orderId) === words() || nameOf(each.item).toLowerCase().includes(words()) || each.item.toLowerCase().includes(words()));
    }

    function recordMoves(shown) {
        const places = new Map(shown.map((each, place) => [each.orderId, place]));
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
            wanted.set('show', name);
            return h('a', {href: address(wanted), 'aria-current': name === queue ? 'page' : null, click: event => {
                if (!event.metaKey && !event.ctrlKey && !event.shiftKey) {
                    event.preventDefault();
                    go(address(wanted), {focus: false, state: {queue: name}});
                }
            }}, say(`dealer.${name}`), ' ', OPEN.includes(name) && h('span', {class: 'number'}, of ? `${of(name).length.toLocaleString(language())}${lists[name].next ? '+' : ''}` : '–'));
        }));
    }

    function row(delivery) {
        return h('li', {}, h('a', {href: `/orders/${delivery.orderId}`}, phone(delivery.item, 'small'),
            h('span', {class: 'what'}, h('strong', {}, nameOf(delivery.item)), ' ', h('span', {class: 'times'}, `× ${delivery.qty}`)),
            h('span', {class: 'id'}, say('orders.number', {id: delivery.orderId})),
            delivery.status === 'Received' ? h('span', {class: 'due', 'data-due': delivery.dispatchAt})
                : delivery.status === 'Shipped' ? h('time', {datetime: delivery.shippedAt}, time(delivery.shippedAt))
                : h('span', {class: `badge ${delivery.status === 'Held' ? 'Cancelling' : 'Cancelled'}`}, sayOf('delivery', delivery.status))),
            delivery.status === 'Received' && mayShip && shipButton(delivery.orderId));
    }

    function shipButton(id) {
        const busy = underWay.has(id);
        return h('button', {type: 'button', id: `ship-${id}`, class: 'ship', 'aria-disabled': busy && 'true', click: event => ship(id, event),
            keydown: event => event.repeat && event.preventDefault()},
        say(busy ? 'ship.busy' : 'ship.now'), h('span', {class: 'unseen'}, ` ${say('orders.number', {id})}`));
    }

    async function ship(id, {detail: clicks}) {
        const settled = Math.max(focusMoved, clicks > 0 ? moved.get(id) ?? -SETTLED : -SETTLED) + SETTLED;
        if (underWay.has(id) || performance.now() < settled) {
            return;
        }
        underWay.add(id);
        report('');
        show();
        let outcome;
        try {
            const shipped = await call('POST', `/deliveries/${id}/shipment`);
            const current = each => each.orderId === id ? shipped : each;
            Object.values(lists).forEach(list => { list.items = list.items.map(current); });
            found = found && current(found);
            outcome = ['good', say('ship.done', {id})];
        } catch (refused) {
            outcome = ['warn', await sentence(id, refused)];
        }
        underWay.delete(id);
        if (!left) {
            report(...outcome);
            show();
            load();
        }
    }

    async function sentence(id, refused) {
        const {status, problem: {title}} = refused;
        if (status === 409 && title === 'Shipped already') {
            const delivery = await find(`/deliveries/${id}`).catch(() => null);
            return delivery?.shippedAt ? say('ship.late.at', {id, time: time(delivery.shippedAt)}) : say('ship.late', {id});
        }
        return status === 409 ? say(title === 'Being cancelled' ? 'ship.held' : 'ship.cancelled', {id})
            : refused.isRefusal ? `${say('ship.not', {id})} ${refused.words}`
            : say('ship.unsure', {id});
    }

    /** Shows the outcome of a shipment for some seconds, without moving the list. */
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
