import {asGuest, call, find, isForSale, isKnown, nameOf, now, phones, secondsUntil, seesOwnOrders, session} from './api.js';
import {announce, closeDialog, coalesced, confirm, h, isSecondClick, loginLink, notice, phone, redraw, retry, skeleton, svg} from './dom.js';
import {isMine, keep} from './keep.js';
import {follow} from './live.js';
import {badge} from './rows.js';
import {dateAndTime, day, say, sayOf, span, time, won} from './words.js';

/** The steps of an order, and the event that reports each. */
const STAGES = {Ordered: 'Ordered', Paid: 'PayCompleted', Received: 'OrderReceived', Shipped: 'Shipped'};
/** The reason of each cancellation that was asked for, also by an operator: it does not say who did. */
const ASKED_FOR = 'cancelled by the customer';
const SOON = 60 * 60;
/** Interval at which a guest's page loads the order: EventSource cannot send the secret, ms. */
const POLL = 3000;
const LONGEST_WAIT = 30_000;
/** The statuses, and the events, after which nothing more happens to an order, unless an operator repeats a refund that failed. */
const FINAL = ['Shipped', 'Cancelled'];
const LAST = ['Shipped', 'PayCancelled'];

/**
 * The view of one order, which is followed until it is shipped.
 *
 * @param guest the secret of the guest who placed it, what the page shows of it, and what to do when that shows no order
 */
export function order(main, id, _, guest) {
    const headers = asGuest(guest?.secret);
    let own = !guest && isMine(id);
    const [back, from] = guest ? ['/', 'tab.shop'] : own ? ['/my-orders', 'mine.title'] : ['/orders', 'orders.title'];
    const place = h('div', {class: 'order'}, skeleton(1, 'hero'), skeleton(1, 'card'));
    const outcome = h('div', {class: 'outcome'});
    const heading = h('h1', {tabindex: -1}, say('order.title', {id}));
    const state = h('span');
    main.append(h('div', {class: 'head'}, h('a', {href: back, class: 'back'}, `‹ ${say(from)}`),
        h('div', {class: 'row'}, heading, state)), outcome, place);
    const view = {title: say('order.title', {id}), tab: own ? 'mine' : null};
    if (!/^[1-9]\d{0,17}$/.test(id)) {
        missing();
        return view;
    }
    let last;
    let status;
    let clock;
    let later;
    let wait = 1000;
    let left = false;
    /** Whether the answer to a cancellation, in `outcome`, is still true. */
    let holds = () => true;
    const load = coalesced(async () => {
        clearTimeout(later);
        if (left) {
            return;
        }
        await phones().catch(() => []);
        const [placed, history, payment, delivery] = await Promise.allSettled(
            [`/orders/${id}`, `/history/${id}`, `/payments/${id}`, `/deliveries/${id}`].map(path => find(path, headers)));
        if (left) {
            return;
        }
        if (placed.status === 'fulfilled' && placed.value === null) {
            clearInterval(clock);
            missing();
            end();
            return;
        }
        if (placed.status === 'rejected' && [401, 403].includes(placed.reason.status)) {
            clearInterval(clock);
            place.replaceChildren(notice('warn', placed.reason.words, null, ...placed.reason.status === 401 ? [loginLink()] : []));
            end();
            return;
        }
        if (placed.status === 'rejected' && history.value == null) {
            loadIn((placed.reason.retryAfter || 5) * 1000);
            if (!last) {
                place.replaceChildren(notice('warn', say('bad.title'), say('order.away'), retry(load)));
            }
            return;
        }
        last = {order: placed.value ?? {...history.value, id: history.value.orderId}, timeline: history.value?.timeline ?? [], payment, delivery};
        if ([placed, history, payment, delivery].some(answer => answer.status === 'rejected')) {
            loadIn(5000);
        } else {
            loadUntilTheEnd(last);
        }
        show(last);
    }, 100);
    const end = guest ? () => {} : follow(id, {opened: load, happened: load});
    // not before the order is shown
    session().then(user => {
        if (!own && !guest && seesOwnOrders(user)) {
            own = true;
            if (last && !left) {
                show(last);
            }
        }
    }).catch(() => {});
    const wasKnown = isKnown(`/orders/${id}`);
    load();
    if (wasKnown) {
        // what came with the page may be older than the connection
        load();
    }
    if (history.state?.cancel) {
        // once only, not after a reload
        history.replaceState(null, '');
        sendCancellation();
    }
    return {...view, end: () => { left = true; end(); clearInterval(clock); clearTimeout(later); }};

    /** Loads the order again after a pause in ms; in a hidden tab not before it is visible. */
    function loadIn(pause) {
        later = setTimeout(() => document.hidden ? document.addEventListener('visibilitychange', load, {once: true}) : load(), pause);
    }

    /** Loads again what no event will report: all of a guest's order, and what app does after the view, as it may get an event later. */
    function loadUntilTheEnd({order, timeline}) {
        const has = type => timeline.some(step => step.type === type);
        const isFinal = FINAL.includes(order.status);
        // a stream would report that the refund is repeated, but a guest has none
        const isOver = LAST.some(has) || !guest && has('RefundFailed');
        if (guest && !isFinal && !isOver) {
            loadIn(POLL);
        } else if (isFinal ? guest && !isOver : isOver || order.status === 'Ordered' && has('PayCompleted')) {
            loadIn(wait);
            wait = Math.min(2 * wait, LONGEST_WAIT);
        } else {
            wait = 1000;
        }
    }

    function missing() {
        if (guest) {
            place.replaceChildren();
            guest.ended();
            return;
        }
        place.replaceChildren(notice('warn', say('order.missing', {id}), say('order.missing.text')));
    }

    function show(known) {
        const {order, timeline} = known;
        const at = type => timeline.find(step => step.type === type)?.at;
        const wasOnCancel = document.activeElement?.id === 'cancel';
        clearInterval(clock);
        redraw(place,
            h('section', {class: 'panel hero', 'aria-labelledby': 'truth'},
                h('div', {class: 'summary'}, phone(order.item),
                    h('div', {}, h('p', {class: 'truth', id: 'truth'}), h('p', {class: 'hint'},
                        `${nameOf(order.item)} · `, order.unitPrice ? say('order.price', {qty: order.qty, price: won(order.unitPrice)}) : `× ${order.qty}`))),
                action(order),
                steps(order, at),
                h('p', {class: 'money', id: 'money'}, money(known, at)),
                h('p', {class: 'receipt'}, `${say('order.date')} ${dateAndTime(order.orderedAt)} · ${say('shop.total')} ${won(order.amount)}`),
                known.delivery.status === 'rejected' && h('p', {class: 'hint', id: 'away'}, say('order.dealer.away'))),
            guest?.panel,
            h('section', {class: 'panel', 'aria-labelledby': 'timeline'}, h('h2', {id: 'timeline'}, say('order.timeline')),
                h('ol', {class: 'timeline'}, timeline.map(step => h('li', {}, h('time', {datetime: step.at}, time(step.at)),
                    h('span', {}, sayOf('event', step.type))))),
                timeline.length > 0 && h('p', {class: 'hint reference'}, say('order.correlation'), ' ', h('code', {}, timeline[0].correlationId))),
            h('button', {type: 'button', class: 'print', click: () => print()}, say('order.print')));
        state.replaceChildren(order.status === 'Paid' && known.delivery.value?.status === 'Paused' ? h('span', {class: 'badge Paused'}, say('status.Delayed')) : badge(order.status));
        count(known, at);
        clock = setInterval(() => count(known, at), 1000);
        if (status && status !== order.status) {
            if (!isCancellable(order)) {
                closeDialog();
            }
            announce(place.querySelector('#truth').textContent);
        }
        status = order.status;
        if (!holds(status)) {
            outcome.replaceChildren(...status === 'Cancelled' ? [notice('good', say('cancel.done', {id}))] : []);
            holds = () => true;
        }
        if (wasOnCancel && !place.querySelector('#cancel')) {
            heading.focus();
        }
    }

    /** The state of the order in one sentence. */
    function count({order, timeline, delivery, payment}, at) {
        const item = nameOf(order.item);
        const truth = place.querySelector('#truth');
        const words = sentence();
        if (truth.textContent !== words) {
            truth.textContent = words;
        }

        function sentence() {
            switch (order.status) {
                case 'Shipped':
                    return say('truth.shipped', {item, time: time(order.shippedAt ?? at('Shipped'))});
                case 'Cancelling':
                    return say('truth.cancelling');
                case 'Cancelled': {
                    const step = timeline.find(each => each.type === 'OrderCancelled') ?? timeline.find(each => each.type === 'PayCancelled');
                    return say(!step ? 'truth.cancelled' : order.reason && order.reason !== ASKED_FOR ? 'truth.cancelled.payment' : 'truth.cancelled.at', {time: time(step?.at)});
                }
                default: {
                    const due = delivery.value?.status === 'Received' ? delivery.value.dispatchAt : null;
                    const seconds = due ? secondsUntil(due) : 0;
                    return delivery.value?.status === 'Held' ? say('truth.cancelling')
                        : due && seconds > SOON ? say('truth.leaves', {item, time: day(due, now())})
                        : due && seconds > 0 ? say('truth.leaves', {item, time: say('in', {time: span(seconds)})})
                        : due ? say('truth.leaving', {item})
                        : delivery.value?.status === 'Paused' ? say('truth.delayed', {item})
                        : order.status === 'Paid' || payment.value?.status === 'Completed' ? say('truth.paid')
                        : say('truth.ordered');
                }
            }
        }
    }

    function steps(order, at) {
        const cancelled = order.status === 'Cancelled';
        const reached = {Ordered: at('Ordered') ?? order.orderedAt, Paid: at('PayCompleted'), Received: at('OrderReceived'), Shipped: at('Shipped') ?? order.shippedAt};
        const next = Object.keys(STAGES).find(stage => !reached[stage]);
        return h('ol', {class: `steps${cancelled ? ' stopped' : ''}`, 'aria-label': say('order.progress')}, Object.keys(STAGES).map(stage => {
            const state = reached[stage] ? 'done' : cancelled ? 'never' : stage === next ? 'next' : 'open';
            return h('li', {class: state, 'data-stage': stage, 'aria-current': state === 'next' ? 'step' : null},
                h('span', {class: 'dot', 'aria-hidden': 'true'}, state === 'done' && svg('svg', {viewBox: '0 0 24 24'}, svg('path', {d: 'M6 12.5l4 4 8-9'}))),
                h('span', {class: 'stage'}, say(`stage.${stage}`)),
                reached[stage] ? h('time', {datetime: reached[stage]}, time(reached[stage]))
                    : h('span', {class: 'hint'}, say(state === 'never' ? 'stage.never' : state === 'next' ? 'stage.now' : 'stage.not')));
        }));
    }

    /** The state of the payment, with amounts and times. */
    function money({order, timeline, payment}, at) {
        const amount = won(order.amount);
        const has = type => timeline.some(step => step.type === type);
        // if the payment cannot be loaded, the timeline shows it, too
        const known = payment.value?.status ?? (has('PayCancelled') ? has('PayCompleted') ? 'Refunded' : 'Voided' : has('RefundFailed') ? 'RefundFailed' : has('PayCompleted') ? 'Completed' : null);
        const paid = at('PayCompleted') ?? payment.value?.completedAt;
        const taken = paid && say('money.Completed', {amount, time: time(paid)});
        // before its outcome is known, a cancellation moves no money
        const state = known !== 'Cancelling' ? known : taken ? 'Completed' : 'Authorised';
        const lines = {
            Completed: [taken, order.status === 'Cancelled' && say('money.Refunding', {amount})],
            Refunding: [taken, say('money.Refunding', {amount})],
            Refunded: [taken, say(at('PayCancelled') ? 'money.Refunded' : 'money.Refunded.plain', {amount, time: time(at('PayCancelled'))})],
            RefundFailed: [taken, say('money.RefundFailed', {amount})],
        }[state] ?? [say(state ? `money.${state}` : payment.status === 'rejected' ? 'money.unknown' : 'money.none',
            {amount, time: time(state === 'Authorised' ? payment.value?.authorisedAt : at('PayCancelled') ?? at('OrderCancelled'))})];
        return lines.filter(Boolean).map(line => h('span', {}, line));
    }

    function action(order) {
        return isCancellable(order)
            ? h('p', {class: 'action'}, h('button', {type: 'button', id: 'cancel', class: 'danger', click: event => !isSecondClick(event) && cancel(order)}, say('order.cancel')),
                h('span', {class: 'hint'}, say('order.until')))
            : (own || guest) && isForSale(order.item) && h('p', {class: 'action'}, h('a', {class: 'button', href: '/', click: () => keep('choice', {item: order.item, qty: order.qty})}, say('order.again')));
    }

    function isCancellable({status}) {
        return status === 'Ordered' || status === 'Paid';
    }

    async function cancel(order) {
        const yes = await confirm({title: say('sure.title', {id}), text: say(last.payment.value?.status === 'Completed' ? 'sure.paid' : 'sure.text', {item: nameOf(order.item), qty: order.qty, amount: won(order.amount)}),
            yes: say('sure.yes'), no: say('sure.no')});
        if (left) {
            return;
        }
        const button = place.querySelector('#cancel');
        if (!yes) {
            (button ?? heading).focus();
            return;
        }
        button?.setAttribute('aria-disabled', 'true');
        await sendCancellation();
    }

    async function sendCancellation() {
        outcome.replaceChildren();
        holds = () => true;
        let box;
        let lasts;
        try {
            const cancelled = await call('DELETE', `/orders/${id}`, null, headers);
            lasts = each => cancelled.status === 'Cancelled' || each === 'Cancelling';
            box = cancelled.status === 'Cancelled' ? notice('good', say('cancel.done', {id})) : notice('info', say('truth.cancelling'));
        } catch (refused) {
            const {status, problem: {title}, retryAfter} = refused;
            lasts = each => status === 409 || isCancellable({status: each});
            box = status === 409 ? notice('warn', say(title === 'Shipped already' ? 'cancel.late' : 'cancel.no'), say(title === 'Shipped already' ? 'cancel.late.text' : 'cancel.no.text'))
                : refused.isRefusal && (status === 503 || status === 429)
                    ? notice('bad', say('cancel.busy'), say('cancel.busy.text', {seconds: retryAfter || 5}))
                : status >= 500 || status === 0 ? notice('warn', say('cancel.unsure'), say('cancel.unsure.text'))
                : notice('bad', say('cancel.busy'), refused.words);
        }
        if (!left) {
            outcome.replaceChildren(box);
            holds = lasts;
            heading.focus();
            load();
        }
    }
}
