import {get, nameOf, phones} from './api.js';
import {coalesced, h, notice, phone, retry} from './dom.js';
import {follow} from './live.js';
import {say, sayOf, time, won} from './words.js';

const STATUSES = ['Ordered', 'Paid', 'Shipped', 'Cancelled'];
const SIZES = [20, 50, 200];

/** Where the pages before this one began, so that one can go back. */
let trail = [];

export const badge = status => h('span', {class: `badge ${status}`}, sayOf('status', status));

const address = query => `#/orders${query.size ? `?${query}` : ''}`;

/** All orders, page by page, newest first. */
export function orders(main, _, query) {
    const after = query.get('after');
    const rows = new Map();
    const list = h('ul', {class: 'rows'});
    const count = h('p', {class: 'unseen', role: 'status'});
    const place = h('div', {class: 'list'});
    const pages = h('nav', {class: 'pages', 'aria-label': say('orders.pages')});
    const fresh = h('button', {type: 'button', class: 'fresh', hidden: true, click: () => load()});
    const unseen = new Set();
    const filters = h('form', {class: 'filters', 'aria-label': say('orders.filters'), submit: event => event.preventDefault()});
    const finder = h('form', {class: 'finder', role: 'search', submit: event => {
        event.preventDefault();
        const id = event.target.elements.id.valueAsNumber;
        if (Number.isInteger(id) && id > 0) {
            location.hash = `#/orders/${id}`;
        }
    }}, h('label', {for: 'find'}, say('orders.find')), h('input', {id: 'find', name: 'id', type: 'number', min: 1, step: 1, inputmode: 'numeric'}), h('button', {}, say('orders.go')));
    main.append(h('div', {class: 'head row'}, h('h1', {tabindex: -1}, say('orders.title')), finder), filters, count, fresh, place);
    if (!after) {
        trail = [];
    }

    const load = coalesced(async () => {
        let page;
        try {
            await phones().catch(() => []);
            page = await get(`/history?${new URLSearchParams({size: SIZES[0], ...Object.fromEntries(query)})}`);
        } catch (refused) {
            place.replaceChildren(notice('bad', say('bad.title'), refused.words, retry(load)));
            return;
        }
        show(page);
    }, 250);
    showFilters();
    const end = follow(null, {opened: load, happened});
    load();
    return {title: say('orders.title'), end};

    async function showFilters() {
        const focused = document.activeElement?.id;
        const items = await phones().catch(() => []);
        const item = query.get('item');
        const known = items.some(each => each.item === item) || !item ? items : [{item, name: item}, ...items];
        filters.replaceChildren(
            select('status', say('orders.status'), [['', say('orders.all')], ...STATUSES.map(each => [each, sayOf('status', each)])]),
            select('item', say('orders.model'), [['', say('orders.all')], ...known.map(each => [each.item, each.name])]),
            select('size', say('orders.size'), SIZES.map(each => [String(each), String(each)])));
        if (focused?.startsWith('filter-')) {
            document.getElementById(focused)?.focus();
        }
    }

    function select(name, label, options) {
        const current = query.get(name) ?? '';
        return h('label', {}, h('span', {}, label), h('select', {id: `filter-${name}`, name, change: event => {
            const wanted = new URLSearchParams(query);
            wanted.delete('after');
            wanted.delete(name);
            if (event.target.value && !(name === 'size' && event.target.value === String(SIZES[0]))) {
                wanted.set(name, event.target.value);
            }
            location.hash = address(wanted);
            requestAnimationFrame(() => setTimeout(() => document.getElementById(`filter-${name}`)?.focus()));
        }}, options.map(([value, text]) => h('option', {value, selected: value === current}, text))));
    }

    function show({items, next}) {
        rows.clear();
        unseen.clear();
        fresh.hidden = true;
        items.forEach(item => rows.set(item.orderId, row(item)));
        list.replaceChildren(...rows.values());
        count.textContent = say('orders.shown', {count: items.length});
        place.replaceChildren(items.length ? list : empty(), pages);
        const older = new URLSearchParams(query);
        older.set('after', next);
        const newest = new URLSearchParams(query);
        newest.delete('after');
        const newer = new URLSearchParams(newest);
        if (trail.length > 1) {
            newer.set('after', trail[trail.length - 2]);
        }
        pages.replaceChildren(...[
            after && h('a', {href: address(newest)}, say('orders.newest')),
            after && trail.length > 0 && h('a', {href: address(newer), rel: 'prev', click: () => { trail = trail.slice(0, -1); }}, say('orders.newer')),
            next && h('a', {href: address(older), rel: 'next', click: () => { trail = [...trail, next]; }}, say('orders.older')),
        ].filter(Boolean));
    }

    function empty() {
        return h('div', {class: 'panel empty'}, phone('empty'), h('p', {}, say(query.has('status') || query.has('item') ? 'orders.none.filter' : 'orders.none')),
            h('a', {class: 'button main', href: '#/'}, say('orders.first')));
    }

    function row(item) {
        return h('li', {}, h('a', {href: `#/orders/${item.orderId}`},
            phone(item.item ?? '', 'small'),
            h('span', {class: 'what'}, h('strong', {}, nameOf(item.item)), ' ', h('span', {class: 'times'}, `× ${item.qty ?? '–'}`)),
            h('span', {class: 'id'}, say('orders.number', {id: item.orderId})),
            h('span', {class: 'amount'}, won(item.amount)),
            badge(item.status),
            h('time', {datetime: item.orderedAt ?? item.updatedAt}, time(item.orderedAt ?? item.updatedAt))));
    }

    function matches(event) {
        return (!query.get('status') || query.get('status') === event.status) && (!query.get('item') || query.get('item') === event.item);
    }

    /** What is shown changes in place; what is new waits until it is asked for, so that nothing moves under the hand. */
    function happened(event) {
        const shown = rows.get(event.orderId);
        if (shown) {
            shown.querySelector('.badge').replaceWith(badge(event.status));
        } else if (!after && matches(event) && ![...rows.keys()].some(id => id > event.orderId)) {
            unseen.add(event.orderId);
            if (rows.size === 0) {
                load();
            } else {
                fresh.textContent = say('orders.fresh', {count: unseen.size});
                fresh.hidden = false;
            }
        }
    }
}
