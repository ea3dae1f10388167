import {find, get, nameOf, phones, secondsUntil} from './api.js';
import {coalesced, go, h, notice, phone, redraw, skeleton} from './dom.js';
import {follow} from './live.js';
import {language, say, sayOf, span, time} from './words.js';

const AT_ONCE = 200;
const QUEUES = {ship: 'Received', held: 'Held', shipped: 'Shipped', cancelled: 'Cancelled'};

/** The dealer's view: deliveries to ship, the next one first, and deliveries that are held, shipped or cancelled. */
export function dealer(main, _, query) {
    const queue = query.get('show') in QUEUES ? query.get('show') : 'ship';
    const outage = h('div', {class: 'outcome'});
    const tabs = h('nav', {class: 'queues', 'aria-label': say('dealer.queues')});
    const place = h('div', {class: 'dealer panel'}, skeleton(6, 'row'));
    const more = h('p', {class: 'hint after'});
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
        h('form', {class: 'finder', role: 'search', submit: event => event.preventDefault()}, h('label', {for: 'search'}, say('dealer.find')), search)), outage, tabs, place, more);
    let pages = 1;
    let items = null;
    let next = null;
    /** A delivery that was found by its order number and is not among the loaded ones. */
    let found = null;
    let later;
    const load = coalesced(async () => {
        clearTimeout(later);
        try {
            await phones().catch(() => []);
            const read = [];
            let after = null;
            for (let page = 0; page < pages && (page === 0 || after); page++) {
                const list = await get(`/deliveries?size=${AT_ONCE}${after ? `&after=${after}` : ''}`);
                read.push(...list.items);
                after = list.next ?? null;
            }
            items = read;
            next = after;
        } catch (refused) {
            if (!outage.firstChild) {
                outage.replaceChildren(notice('warn', say('dealer.away'), say(items ? 'dealer.away.text' : 'dealer.away.empty')));
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
    return {title: say('dealer.title'), tab: 'dealer', end: () => { end(); clearInterval(clock); clearTimeout(later); }};

    function address(wanted) {
        return `/dealer${wanted.size ? `?${wanted}` : ''}`;
    }

    function words() {
        return search.value.trim().toLowerCase();
    }

    /** An order of any age, by its number. */
    async function lookUp() {
        const id = words();
        if (/^[1-9]\d{0,17}$/.test(id) && !items?.some(each => String(each.orderId) === id)) {
            found = await find(`/deliveries/${id}`).catch(() => null);
            if (found && words() === id) {
                show();
            }
        } else {
            found = null;
        }
    }

    function show() {
        if (!items) {
            return;
        }
        const known = found ? [...items, found] : items;
        const matching = known.filter(each => !words() || String(each.orderId) === words() || nameOf(each.item).toLowerCase().includes(words()) || each.item.toLowerCase().includes(words()));
        const of = status => matching.filter(each => each.status === status);
        showTabs(of);
        const shown = of(QUEUES[queue]);
        if (queue === 'ship') {
            shown.sort((one, other) => String(one.dispatchAt).localeCompare(String(other.dispatchAt)) || one.orderId - other.orderId);
        }
        redraw(place, shown.length ? h('ul', {class: 'rows', id: `queue-${queue}`}, shown.map(row))
            : h('p', {class: 'hint'}, say(words() ? 'dealer.none.found' : queue === 'ship' ? 'dealer.none' : 'dealer.none.other')));
        redraw(more, say(next ? 'dealer.newest' : 'dealer.count', {count: items.length}), ' ',
            next && h('button', {type: 'button', click: () => { pages++; load(); }}, say('dealer.more')), ' ', h('a', {href: '/orders'}, say('mine.all')));
        count();
    }

    /** @param of returns the deliveries of a status; null before they are loaded */
    function showTabs(of) {
        redraw(tabs, ...Object.entries(QUEUES).map(([name, status]) => {
            const wanted = new URLSearchParams(location.search);
            wanted.set('show', name);
            return h('a', {href: address(wanted), 'aria-current': name === queue ? 'page' : null, click: event => {
                if (!event.metaKey && !event.ctrlKey && !event.shiftKey) {
                    event.preventDefault();
                    go(address(wanted), {focus: false, state: {queue: name}});
                }
            }}, say(`dealer.${name}`), ' ', h('span', {class: 'number'}, of ? of(status).length.toLocaleString(language()) : '–'));
        }));
    }

    function row(delivery) {
        return h('li', {}, h('a', {href: `/orders/${delivery.orderId}`}, phone(delivery.item, 'small'),
            h('span', {class: 'what'}, h('strong', {}, nameOf(delivery.item)), ' ', h('span', {class: 'times'}, `× ${delivery.qty}`)),
            h('span', {class: 'id'}, say('orders.number', {id: delivery.orderId})),
            delivery.status === 'Received' ? h('span', {class: 'due', 'data-due': delivery.dispatchAt})
                : delivery.status === 'Shipped' ? h('time', {datetime: delivery.shippedAt}, time(delivery.shippedAt))
                : h('span', {class: `badge ${delivery.status === 'Held' ? 'Cancelling' : 'Cancelled'}`}, sayOf('delivery', delivery.status))));
    }

    function count() {
        place.querySelectorAll('[data-due]').forEach(each => {
            const left = secondsUntil(each.dataset.due);
            each.textContent = left > 0 ? say('in', {time: span(left)}) : say('dealer.due');
            each.classList.toggle('soon', left <= 3);
        });
    }
}
