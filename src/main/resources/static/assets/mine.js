import {find, phones} from './api.js';
import {coalesced, h, notice, phone, redraw, retry, skeleton} from './dom.js';
import {keep, kept} from './keep.js';
import {follow} from './live.js';
import {finder, orderRow, updateRow} from './rows.js';
import {say} from './words.js';

const MOST = 200;
const SHOWN = 20;

const ids = () => (Array.isArray(kept('orders')) ? kept('orders') : []).filter(Number.isInteger);

/** Records that the order was placed in this browser. */
export const remember = id => keep('orders', [id, ...ids().filter(each => each !== id)].slice(0, MOST));

export const isMine = id => ids().some(each => String(each) === String(id));

/** The view of the orders that were placed in this browser, newest first. */
export function mine(main) {
    const place = h('div', {class: 'list'}, ids().length ? skeleton(Math.min(ids().length, SHOWN), 'row') : empty());
    main.append(h('div', {class: 'head row'}, h('h1', {tabindex: -1}, say('mine.title')), finder()), place,
        h('p', {class: 'hint after'}, say('mine.hint'), ' ', h('a', {href: '/orders'}, say('mine.all'))));
    let shown = SHOWN;
    let rows = new Map();
    const load = coalesced(async () => {
        const wanted = ids().slice(0, shown);
        let found;
        try {
            await phones().catch(() => []);
            found = await Promise.all(wanted.map(id => find(`/orders/${id}`)));
        } catch (refused) {
            place.replaceChildren(notice('bad', say('bad.title'), refused.words, retry(load)));
            return;
        }
        const orders = found.filter(Boolean).map(order => ({...order, orderId: order.id}));
        rows = new Map(orders.map(order => [order.id, orderRow(order)]));
        redraw(place, rows.size ? h('ul', {class: 'rows'}, [...rows.values()]) : empty(),
            ...ids().length > shown ? [h('button', {type: 'button', class: 'more', click: () => { shown += SHOWN; load(); }}, say('more'))] : []);
    }, 250);
    const end = follow(null, {opened: load, happened: event => rows.has(event.orderId) && updateRow(rows.get(event.orderId), event)});
    load();
    return {title: say('mine.title'), tab: 'mine', end};
}

function empty() {
    return h('div', {class: 'panel empty'}, phone('empty'), h('p', {}, say('mine.none')), h('a', {class: 'button main', href: '/'}, say('orders.first')));
}
