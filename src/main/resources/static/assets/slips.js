import {find, nameOf, phones} from './api.js';
import {coalesced, failure, h, notice, retry, skeleton} from './dom.js';
import {follow} from './live.js';
import {dateAndTime, say, sayOf} from './words.js';

const MOST = 200;
const TO_PACK = ['Received', 'Shipped'];

/** The packing slips of some deliveries, one per page, without prices. What is not to be packed is listed above them and not printed. */
export function slips(main, _, query) {
    const ids = [...new Set((query.get('orders') ?? '').split(','))].filter(id => /^[1-9]\d{0,17}$/.test(id)).slice(0, MOST);
    const count = h('span', {class: 'hint', role: 'status'});
    const place = h('div', {class: 'slips'}, ids.length ? skeleton(1, 'hero') : notice('info', say('slips.none')));
    main.append(h('div', {class: 'head'}, h('a', {href: '/dealer', class: 'back'}, `‹ ${say('slips.back')}`),
        h('div', {class: 'row'}, h('h1', {tabindex: -1}, say('slips.title')), count,
            ids.length > 0 && h('button', {type: 'button', class: 'main print', click: () => print()}, say('slips.print')))), place);
    let later;
    let left = false;
    const load = coalesced(async () => {
        clearTimeout(later);
        if (left) {
            return;
        }
        await phones().catch(() => []);
        const found = [];
        for (const id of ids) {
            try {
                found.push({id, delivery: await find(`/deliveries/${id}`)});
            } catch (refused) {
                if (left) {
                    return;
                }
                count.textContent = '';
                if (refused.status === 401 || refused.status === 403) {
                    place.replaceChildren(failure(refused, load));
                    return;
                }
                place.replaceChildren(notice('warn', say('slips.refused', {id}), refused.words, retry(load)));
                later = setTimeout(load, (refused.retryAfter || 5) * 1000);
                return;
            }
            if (left) {
                return;
            }
        }
        show(found);
    }, 300);
    const view = {title: say('slips.title'), tab: 'dealer'};
    if (!ids.length) {
        return view;
    }
    const end = follow(null, {opened: load, happened: event => ids.includes(String(event.orderId)) && load()});
    load();
    return {...view, end: () => { left = true; end(); clearTimeout(later); }};

    function show(found) {
        const toPack = found.filter(({delivery}) => TO_PACK.includes(delivery?.status));
        const others = found.filter(each => !toPack.includes(each));
        count.textContent = say('slips.count', {count: toPack.length});
        place.replaceChildren(...[others.length > 0 && h('div', {class: 'notice warn'}, h('strong', {}, say('slips.not')), h('ul', {}, others.map(({id, delivery}) =>
            h('li', {}, delivery ? say('slips.status', {id, status: sayOf('delivery', delivery.status)}) : say('slips.missing', {id}))))),
        ...toPack.map(({delivery}) => slip(delivery))].filter(Boolean));
    }
}

function slip({orderId, item, qty, dispatchAt}) {
    return h('article', {class: 'panel slip'},
        h('p', {class: 'from'}, 'phone82'),
        h('h2', {}, say('slips.slip')),
        h('dl', {},
            h('dt', {}, say('slips.order')), h('dd', {class: 'id'}, `${orderId}`),
            h('dt', {}, say('slips.item')), h('dd', {}, h('strong', {}, nameOf(item)), nameOf(item) !== item && h('span', {class: 'hint'}, ` ${item}`)),
            h('dt', {}, say('slips.qty')), h('dd', {class: 'quantity'}, `${qty}`),
            dispatchAt && h('dt', {}, say('slips.by')), dispatchAt && h('dd', {}, dateAndTime(dispatchAt)),
            h('dt', {}, say('slips.packed')), h('dd', {class: 'blank'})));
}
