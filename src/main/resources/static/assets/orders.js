import {forSale, get, nameOf, phones, seesOwnOrders, session} from './api.js';
import {coalesced, failure, go, h, phone, redraw, skeleton} from './dom.js';
import {follow} from './live.js';
import {finder, orderRow, updateRow} from './rows.js';
import {say, sayOf} from './words.js';

const STATUSES = ['Ordered', 'Paid', 'Shipped', 'Cancelled'];
const SIZES = [20, 50, 200];

const address = query => `/orders${query.size ? `?${query}` : ''}`;

/** All orders, page by page, newest first. */
export function orders(main, _, query) {
    const after = query.get('after');
    /** The cursors of the previous pages; stored with the entry of the browser's history, so that they survive Back and a reload. */
    const trail = after && Array.isArray(history.state?.trail) ? history.state.trail : [];
    const rows = new Map();
    const count = h('p', {class: 'unseen', role: 'status'});
    const place = h('div', {class: 'list'}, skeleton(10, 'row'));
    const fresh = h('button', {type: 'button', class: 'fresh', hidden: true, click: () => load()});
    const unseen = new Set();
    /** The events since the list was requested, as its answer may be older; null while none is requested. */
    let during = null;
    let listed = false;
    const filters = h('form', {class: 'filters', 'aria-label': say('orders.filters'), submit: event => event.preventDefault()});
    const heading = h('h1', {tabindex: -1}, say('orders.title'));
    main.append(h('div', {class: 'head row'}, heading, finder()), filters, count, fresh, place);
    session().then(user => seesOwnOrders(user) && heading.replaceChildren(say('mine.title'))).catch(() => {});

    const load = coalesced(async () => {
        let page;
        during = [];
        try {
            await phones().catch(() => []);
            page = await get(`/history?${new URLSearchParams({size: SIZES[0], ...Object.fromEntries(query)})}`);
        } catch (refused) {
            place.replaceChildren(failure(refused, load));
            during = null;
            listed = false;
            return;
        }
        const missed = during;
        during = null;
        show(page);
        missed.forEach(happened);
    }, 250);
    showFilters();
    const end = follow(null, {opened: load, happened});
    load();
    return {title: say('orders.title'), tab: 'dealer', end};

    async function showFilters() {
        const items = forSale(await phones().catch(() => []));
        const item = query.get('item');
        const known = items.some(each => each.item === item) || !item ? items : [{item, name: item}, ...items];
        filters.replaceChildren(
            select('status', say('orders.status'), [['', say('orders.all')], ...STATUSES.map(each => [each, sayOf('status', each)])]),
            select('item', say('orders.model'), [['', say('orders.all')], ...known.map(each => [each.item, nameOf(each.item)])]),
            select('size', say('orders.size'), SIZES.map(each => [String(each), String(each)])));
        if (history.state?.focus) {
            document.getElementById(history.state.focus)?.focus();
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
            go(address(wanted), {state: {focus: `filter-${name}`}, focus: false});
        }}, options.map(([value, text]) => h('option', {value, selected: value === current}, text))));
    }

    function show({items, next}) {
        listed = true;
        rows.clear();
        unseen.clear();
        fresh.hidden = true;
        items.forEach(item => rows.set(item.orderId, orderRow(item)));
        count.textContent = say('orders.shown', {count: items.length});
        const turns = [
            after && page('orders.newest', null, []),
            trail.length > 0 && page('orders.newer', trail[trail.length - 1], trail.slice(0, -1), 'prev'),
            next && page('orders.older', next, [...trail, after], 'next'),
        ].filter(Boolean);
        redraw(place, items.length ? h('ul', {class: 'rows'}, [...rows.values()]) : empty(), h('nav', {class: 'pages', 'aria-label': say('orders.pages')}, turns));
    }

    /** @param from cursor of the page; null for the first page */
    function page(words, from, before, rel) {
        const wanted = new URLSearchParams(query);
        wanted.delete('after');
        if (from) {
            wanted.set('after', from);
        }
        return h('a', {href: address(wanted), rel, click: event => {
            if (!event.metaKey && !event.ctrlKey && !event.shiftKey) {
                event.preventDefault();
                go(address(wanted), {state: {trail: before}});
                main.querySelector('h1').focus();
            }
        }}, say(words));
    }

    function empty() {
        return h('div', {class: 'panel empty'}, phone('empty'), h('p', {}, say(query.has('status') || query.has('item') ? 'orders.none.filter' : 'orders.none')),
            h('a', {class: 'button main', href: '/'}, say('orders.first')));
    }

    function matches(event) {
        return (!query.get('status') || query.get('status') === event.status) && (!query.get('item') || query.get('item') === event.item);
    }

    /**
     * Updates the shown orders in place. New orders appear only on request, so that rows do not move under the pointer. The deliveries of
     * other customers, which a dealer's stream has, too, have no amount.
     */
    function happened(event) {
        if (during) {
            during.push(event);
            return;
        }
        const shown = rows.get(event.orderId);
        if (shown) {
            updateRow(shown, event);
        } else if (event.amount && !after && matches(event) && ![...rows.keys()].some(id => id > event.orderId)) {
            unseen.add(event.orderId);
            if (!listed) {
                load();
            } else if (rows.size === 0) {
                show({items: [event]});
            } else {
                fresh.textContent = say('orders.fresh', {count: unseen.size});
                fresh.hidden = false;
            }
        }
    }
}
