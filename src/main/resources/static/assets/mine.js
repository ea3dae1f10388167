import {find, get, isAnonymous, phones, seesOwnOrders, session} from './api.js';
import {coalesced, failure, h, loginLink, phone, redraw, skeleton} from './dom.js';
import {isMine, ownOrders} from './keep.js';
import {follow} from './live.js';
import {finder, orderRow, updateRow} from './rows.js';
import {say} from './words.js';

const MOST = 200;
const SHOWN = 20;

/** The view of the user's orders, newest first: of the account, or, where no login is required, of this browser. */
export function mine(main) {
    const place = h('div', {class: 'list'}, skeleton(Math.min(ownOrders().length || 3, SHOWN), 'row'));
    const hint = h('p', {class: 'hint after'});
    main.append(h('div', {class: 'head row'}, h('h1', {tabindex: -1}, say('mine.title')), finder()), place, hint);
    let shown = SHOWN;
    let rows = new Map();
    let user = {};
    /** Orders for which the list was read again. It does not have all: old ones are on request. */
    const sought = new Set();
    /** The events since the list was requested, as its answer may be older; null while none is requested. */
    let during = null;
    const load = coalesced(async () => {
        during = [];
        try {
            await list();
            during.forEach(update);
        } finally {
            during = null;
        }
    }, 250);
    const end = follow(null, {opened: load, happened: event => { during?.push(event); update(event); }});
    addEventListener('storage', ordered);
    load();
    return {title: say('mine.title'), tab: 'mine', end: () => {
        removeEventListener('storage', ordered);
        end();
    }};

    /** An order was placed in this browser. */
    function ordered({key}) {
        if (key === 'orders') {
            load();
        }
    }

    function update(event) {
        if (rows.has(event.orderId)) {
            updateRow(rows.get(event.orderId), event);
        } else if (isOwn(event) && !sought.has(event.orderId)) {
            sought.add(event.orderId);
            load();
        }
    }

    /** The deliveries of other customers, which a dealer's stream has, too, have no amount. */
    function isOwn({orderId, amount}) {
        return seesOwnOrders(user) ? Boolean(amount) : isMine(orderId);
    }

    async function list() {
        let orders;
        let hasMore;
        try {
            user = await session().catch(() => ({}));
            if (isAnonymous(user)) {
                place.replaceChildren(h('div', {class: 'panel empty'}, phone('empty'), h('p', {}, say('mine.anonymous')), loginLink(), h('p', {class: 'hint'}, say('mine.guest'))));
                return;
            }
            await phones().catch(() => []);
            if (seesOwnOrders(user)) {
                const {items, next} = mayOrder(user) ? await get(`/history?size=${Math.min(shown, MOST)}`) : {items: []};
                [orders, hasMore] = [items, next && shown < MOST];
            } else {
                const found = await Promise.all(ownOrders().slice(0, shown).map(id => find(`/orders/${id}`)));
                [orders, hasMore] = [found.filter(Boolean).map(order => ({...order, orderId: order.id})), ownOrders().length > shown];
            }
        } catch (refused) {
            place.replaceChildren(failure(refused, load));
            return;
        }
        rows = new Map(orders.map(order => [order.orderId, orderRow(order)]));
        redraw(place, rows.size ? h('ul', {class: 'rows'}, [...rows.values()]) : empty(seesOwnOrders(user)),
            ...hasMore ? [h('button', {type: 'button', class: 'more', click: () => { shown += SHOWN; load(); }}, say('more'))] : []);
        redraw(hint, ...seesOwnOrders(user) ? [] : [say('mine.hint'), ' '], ...mayOrder(user) ? [h('a', {href: '/orders'}, say('mine.all'))] : []);
    }
}

/** Whether the user can have orders: a dealer alone has none, and may not read the list. */
function mayOrder(user) {
    return !seesOwnOrders(user) || user.roles?.includes('customer');
}

function empty(hasAccount) {
    return h('div', {class: 'panel empty'}, phone('empty'), h('p', {}, say(hasAccount ? 'mine.none.account' : 'mine.none')), h('a', {class: 'button main', href: '/'}, say('orders.first')));
}
