import {get, nameOf, phones} from './api.js';
import {coalesced, h, notice, phone} from './dom.js';
import {follow} from './live.js';
import {say, sayOf, secondsUntil, span, time} from './words.js';

const NEWEST = 200;

/** What the dealer has to ship, soonest first, and what is shipped. */
export function dealer(main) {
    const away = h('div', {class: 'outcome'});
    const place = h('div', {class: 'dealer'});
    main.append(h('div', {class: 'head'}, h('h1', {tabindex: -1}, say('dealer.title'))), away, place);
    let later;
    const load = coalesced(async () => {
        clearTimeout(later);
        let items;
        try {
            await phones().catch(() => []);
            items = (await get(`/deliveries?size=${NEWEST}`)).items;
        } catch (refused) {
            if (!away.firstChild) {
                away.replaceChildren(notice('warn', say('dealer.away'), say(place.firstChild ? 'dealer.away.text' : 'dealer.away.empty')));
            }
            later = setTimeout(load, (refused.retryAfter || 5) * 1000);
            return;
        }
        away.replaceChildren();
        show(items);
    }, 300);
    const end = follow(null, {opened: load, happened: load});
    const clock = setInterval(count, 1000);
    load();
    return {title: say('dealer.title'), end: () => { end(); clearInterval(clock); clearTimeout(later); }};

    function show(items) {
        const waiting = items.filter(each => each.status === 'Received' || each.status === 'Held')
            .sort((one, other) => String(one.dispatchAt).localeCompare(String(other.dispatchAt)) || one.orderId - other.orderId);
        const shipped = items.filter(each => each.status === 'Shipped');
        const cancelled = items.filter(each => each.status === 'Cancelled');
        place.replaceChildren(
            h('section', {class: 'panel', 'aria-labelledby': 'waiting'}, title('waiting', waiting.length),
                waiting.length ? h('ul', {class: 'rows', id: 'to-ship'}, waiting.map(row)) : h('p', {class: 'hint'}, say('dealer.none'))),
            h('section', {class: 'panel', 'aria-labelledby': 'shipped'}, title('shipped', shipped.length),
                shipped.length ? h('ul', {class: 'rows', id: 'gone'}, shipped.slice(0, 50).map(row)) : h('p', {class: 'hint'}, say('dealer.none.shipped'))),
            h('p', {class: 'hint'}, say('dealer.newest', {count: items.length}), cancelled.length > 0 && ` · ${say('dealer.cancelled', {count: cancelled.length})}`));
        count();
    }

    function title(kind, number) {
        return h('h2', {id: kind}, say(`dealer.${kind}`), ' ', h('span', {class: 'number'}, String(number)));
    }

    function row(delivery) {
        return h('li', {}, h('a', {href: `#/orders/${delivery.orderId}`}, phone(delivery.item, 'small'),
            h('span', {class: 'what'}, h('strong', {}, nameOf(delivery.item)), ' ', h('span', {class: 'times'}, `× ${delivery.qty}`)),
            h('span', {class: 'id'}, say('orders.number', {id: delivery.orderId})),
            delivery.status === 'Received' ? h('span', {class: 'due', 'data-due': delivery.dispatchAt})
                : delivery.status === 'Held' ? h('span', {class: 'badge Cancelling'}, sayOf('delivery', 'Held'))
                : h('time', {datetime: delivery.shippedAt}, time(delivery.shippedAt))));
    }

    function count() {
        place.querySelectorAll('[data-due]').forEach(each => {
            const left = secondsUntil(each.dataset.due);
            each.textContent = left > 0 ? say('dealer.in', {time: span(left)}) : say('dealer.due');
            each.classList.toggle('soon', left <= 3);
        });
    }
}
