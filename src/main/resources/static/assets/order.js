import {call, find, nameOf, phones} from './api.js';
import {coalesced, h, notice, phone, retry, svg, tell} from './dom.js';
import {follow} from './live.js';
import {badge} from './orders.js';
import {say, sayOf, secondsUntil, span, time, won} from './words.js';

/** The steps of an order, and the event that tells each. */
const STAGES = {Ordered: 'Ordered', Paid: 'PayCompleted', Received: 'OrderReceived', Shipped: 'Shipped'};

/** One order, followed until it is shipped. */
export function order(main, id) {
    const place = h('div', {class: 'order'});
    const outcome = h('div', {class: 'outcome'});
    const heading = h('h1', {tabindex: -1}, say('order.title', {id}));
    main.append(h('div', {class: 'head'}, h('a', {href: '#/orders', class: 'back'}, `‹ ${say('order.back')}`), heading), outcome, place);
    let last;
    let status;
    let clock;
    let later;
    const load = coalesced(async () => {
        clearTimeout(later);
        await phones().catch(() => []);
        const [placed, history, payment, delivery] = await Promise.allSettled(
            [`/orders/${id}`, `/history/${id}`, `/payments/${id}`, `/deliveries/${id}`].map(find));
        if (placed.status === 'fulfilled' && placed.value === null) {
            place.replaceChildren(notice('warn', say('order.missing', {id})));
            end();
            return;
        }
        if (placed.status === 'rejected' && history.value == null) {
            later = setTimeout(load, (placed.reason.retryAfter || 5) * 1000);
            if (!last) {
                place.replaceChildren(notice('warn', say('bad.title'), say('order.away'), retry(load)));
            }
            return;
        }
        last = {order: placed.value ?? {...history.value, id: history.value.orderId}, history: history.value, payment, delivery};
        if (payment.status === 'rejected' || delivery.status === 'rejected' || placed.status === 'rejected') {
            later = setTimeout(load, 5000);
        }
        show(last);
    }, 100);
    const end = follow(id, {opened: load, happened: load});
    load();
    return {title: say('order.title', {id}), end: () => { end(); clearInterval(clock); clearTimeout(later); }};

    function show({order, history, payment, delivery}) {
        const timeline = history?.timeline ?? [];
        const at = type => timeline.find(step => step.type === type)?.at;
        if (status && status !== order.status) {
            tell(sayOf('status', order.status));
        }
        status = order.status;
        const focused = place.querySelector('#cancel') === document.activeElement;
        clearInterval(clock);
        place.replaceChildren(
            h('div', {class: 'panel summary'}, phone(order.item),
                h('div', {}, h('p', {class: 'name'}, nameOf(order.item)),
                    h('p', {class: 'hint'}, order.unitPrice ? say('order.price', {qty: order.qty, price: won(order.unitPrice)}) : `× ${order.qty}`),
                    h('p', {class: 'total'}, won(order.amount))),
                badge(order.status)),
            h('section', {class: 'panel', 'aria-labelledby': 'progress'}, h('h2', {id: 'progress'}, say('order.progress')), steps(order, at), cancellation(order, payment, delivery, timeline)),
            h('div', {class: 'pair'},
                h('section', {class: 'panel', 'aria-labelledby': 'payment'}, h('h2', {id: 'payment'}, say('order.payment')), paymentOf(payment)),
                h('section', {class: 'panel', 'aria-labelledby': 'delivery'}, h('h2', {id: 'delivery'}, say('order.shipping')), deliveryOf(delivery, order))),
            h('section', {class: 'panel', 'aria-labelledby': 'timeline'}, h('h2', {id: 'timeline'}, say('order.timeline')),
                h('ol', {class: 'timeline'}, timeline.map(step => h('li', {}, h('time', {datetime: step.at}, time(step.at)),
                    h('span', {}, sayOf('event', step.type), step.reason && h('span', {class: 'hint'}, ` – ${sayOf('reason', step.reason)}`))))),
                timeline.length > 0 && h('p', {class: 'hint reference'}, say('order.correlation'), ' ', h('code', {}, timeline[0].correlationId))));
        if (focused) {
            (place.querySelector('#cancel') ?? heading).focus();
        }
    }

    function steps(order, at) {
        const cancelled = order.status === 'Cancelled';
        const reached = {Ordered: at('Ordered') ?? order.orderedAt, Paid: at('PayCompleted'), Received: at('OrderReceived'), Shipped: at('Shipped') ?? order.shippedAt};
        const next = Object.keys(STAGES).find(stage => !reached[stage]);
        return h('ol', {class: `steps${cancelled ? ' stopped' : ''}`}, Object.keys(STAGES).map(stage => {
            const state = reached[stage] ? 'done' : cancelled ? 'never' : stage === next ? 'next' : 'open';
            return h('li', {class: state, 'data-stage': stage, 'aria-current': state === 'next' ? 'step' : null},
                h('span', {class: 'dot', 'aria-hidden': 'true'}, state === 'done' && svg('svg', {viewBox: '0 0 24 24'}, svg('path', {d: 'M6 12.5l4 4 8-9'}))),
                h('span', {class: 'stage'}, say(`stage.${stage}`)),
                reached[stage] ? h('time', {datetime: reached[stage]}, time(reached[stage]))
                    : h('span', {class: 'hint'}, say(state === 'never' ? 'stage.never' : state === 'next' ? 'stage.now' : 'stage.not')));
        }));
    }

    function paymentOf({status, value}) {
        return status === 'rejected' ? h('p', {class: 'hint'}, say('order.pay.away'))
            : h('p', {class: 'state', id: 'paid'}, value ? sayOf('payment', value.status) : '–');
    }

    function deliveryOf({status, value}, order) {
        if (status === 'rejected') {
            return h('p', {class: 'hint', id: 'away'}, say('order.dealer.away'));
        }
        return h('p', {class: 'state'}, value ? sayOf('delivery', value.status) : order.status === 'Cancelled' ? '–' : say('delivery.none'));
    }

    /** The customer's money is still with us. The timeline knows it too, where the payment cannot be looked up. */
    function refundFailed(payment, timeline) {
        const has = type => timeline.some(step => step.type === type);
        return payment.value ? payment.value.status === 'RefundFailed' : has('RefundFailed') && !has('PayCancelled');
    }

    function cancellation(order, payment, delivery, timeline) {
        switch (order.status) {
            case 'Shipped':
                return h('p', {class: 'why', id: 'why'}, say('order.shipped', {time: time(order.shippedAt ?? timeline.find(step => step.type === 'Shipped')?.at)}));
            case 'Cancelling':
                return h('p', {class: 'why', id: 'why'}, say('order.going'));
            case 'Cancelled': {
                if (refundFailed(payment, timeline)) {
                    return h('p', {class: 'why', id: 'why'}, say('order.gone.owed', {amount: won(order.amount)}));
                }
                const step = timeline.find(each => each.type === 'OrderCancelled') ?? timeline.find(each => each.type === 'PayCancelled');
                const reason = sayOf('reason', order.reason ?? step?.reason);
                return h('p', {class: 'why', id: 'why'}, !step ? say('order.gone.plain')
                    : say(reason ? 'order.gone.reason' : 'order.gone', {time: time(step.at), reason}));
            }
            default: {
                const left = h('p', {class: 'hint'});
                const dispatch = delivery.value?.status === 'Received' ? delivery.value.dispatchAt : null;
                const count = () => { left.textContent = dispatch && secondsUntil(dispatch) > 0 ? say('order.until', {time: span(secondsUntil(dispatch))}) : say('order.until.open'); };
                count();
                if (dispatch) {
                    clock = setInterval(count, 1000);
                }
                return h('div', {class: 'cancel'}, left, h('button', {type: 'button', id: 'cancel', class: 'danger', click: () => ask(order)}, say('order.cancel')));
            }
        }
    }

    function ask(order) {
        const dialog = h('dialog', {'aria-labelledby': 'sure', 'aria-describedby': 'sure-text', close: () => {
            dialog.remove();
            if (dialog.returnValue === 'yes') {
                cancel();
            } else {
                place.querySelector('#cancel')?.focus();
            }
        }}, h('form', {method: 'dialog'}, h('h2', {id: 'sure'}, say('sure.title', {id})),
            h('p', {id: 'sure-text'}, say('sure.text', {item: nameOf(order.item), qty: order.qty, amount: won(order.amount)})),
            h('div', {class: 'actions'}, h('button', {value: 'no', autofocus: true}, say('sure.no')), h('button', {value: 'yes', class: 'danger'}, say('sure.yes')))));
        document.body.append(dialog);
        dialog.showModal();
    }

    async function cancel() {
        outcome.replaceChildren();
        place.querySelector('#cancel')?.setAttribute('aria-disabled', 'true');
        try {
            const cancelled = await call('DELETE', `/orders/${id}`);
            outcome.replaceChildren(cancelled.status === 'Cancelled'
                ? notice('good', say('cancel.done', {id})) : notice('warn', say('order.going')));
        } catch (refused) {
            const shipped = refused.status === 409 && refused.problem.title === 'Shipped already';
            outcome.replaceChildren(shipped ? notice('warn', say('cancel.late'), say('cancel.late.text'))
                : refused.status === 409 ? notice('warn', say('cancel.no'), refused.problem.detail)
                : refused.status === 503 ? notice('bad', say('cancel.busy'), say('cancel.busy.text', {seconds: refused.retryAfter || 5}))
                : notice('bad', say('cancel.busy'), refused.words));
        }
        heading.focus();
        load();
    }
}
