import {call, phones} from './api.js';
import {h, notice, phone, retry, tell} from './dom.js';
import {say, won} from './words.js';

const MOST = 100;

/**
 * The order that was sent and not answered for good. It is sent again under the key it had, so that the shop knows it; the
 * key outlives a reload of the page.
 */
const attempt = {
    get() {
        try {
            return JSON.parse(sessionStorage.getItem('attempt'));
        } catch {
            return this.kept ?? null;
        }
    },
    set(value) {
        this.kept = value;
        try {
            sessionStorage.setItem('attempt', JSON.stringify(value));
        } catch {
            // private window: until the page is left
        }
    },
};

const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

const isSame = (one, other) => one.item === other.item && one.qty === other.qty;

/** The price list and the order form. */
export function shop(main) {
    const place = h('div', {class: 'shop'});
    main.append(h('div', {class: 'head'}, h('h1', {tabindex: -1}, say('shop.title')), h('p', {class: 'lead'}, say('shop.lead'))), place);
    const timers = new Set();
    load();
    return {title: say('tab.shop'), end: () => timers.forEach(clearInterval)};

    async function load() {
        let list;
        try {
            list = await phones();
        } catch (refused) {
            place.replaceChildren(notice('bad', say('bad.title'), refused.words, retry(load)));
            return;
        }
        show(list);
    }

    function show(list) {
        const pending = attempt.get();
        const chosen = list.find(each => each.item === pending?.body.item) ?? list[0];
        const models = list.map(each => h('label', {class: 'model'},
            h('input', {type: 'radio', name: 'item', value: each.item, class: 'unseen', checked: each === chosen, change: sum}),
            phone(each.item), h('span', {class: 'name'}, each.name), h('span', {class: 'price'}, won(each.price))));
        const qty = h('input', {type: 'number', id: 'qty', name: 'qty', min: 1, max: MOST, step: 1, required: true, inputmode: 'numeric', value: pending?.body.qty ?? 1,
            'aria-describedby': 'range', input: sum});
        const range = h('p', {id: 'range', class: 'hint'});
        const total = h('output', {for: 'qty', class: 'total', id: 'total'});
        const picture = h('div', {class: 'picture'});
        const name = h('p', {class: 'name'});
        const button = h('button', {type: 'submit', class: 'main'}, say('shop.order'));
        const outcome = h('div', {class: 'outcome'});
        const form = h('form', {novalidate: true, submit: order},
            h('fieldset', {class: 'models'}, h('legend', {class: 'unseen'}, say('shop.models')), models),
            h('div', {class: 'panel basket'},
                h('div', {class: 'choice'}, picture, name),
                h('div', {class: 'line'}, h('label', {for: 'qty'}, say('shop.qty')),
                    h('div', {class: 'stepper'},
                        h('button', {type: 'button', 'aria-label': say('shop.less'), click: () => step(-1)}, '−'), qty,
                        h('button', {type: 'button', 'aria-label': say('shop.more'), click: () => step(1)}, '+'))),
                range,
                h('div', {class: 'line sum'}, h('span', {}, say('shop.total')), total),
                button, outcome));
        place.replaceChildren(form);
        sum();
        performance.mark('ready');
        if (pending) {
            unanswered(say('shop.unsure'), say('shop.unsure.text'), 0);
        }

        function wanted() {
            return {item: form.elements.namedItem('item').value, qty: qty.valueAsNumber};
        }

        function step(by) {
            qty.value = Math.min(MOST, Math.max(1, (qty.valueAsNumber || 1) + by));
            sum();
        }

        function isValid() {
            return Number.isInteger(qty.valueAsNumber) && qty.validity.valid;
        }

        function sum() {
            const {item, qty: number} = wanted();
            const {name: words, price} = list.find(each => each.item === item);
            total.textContent = isValid() ? won(price * number) : '–';
            range.textContent = isValid() ? '' : say('shop.range');
            qty.setAttribute('aria-invalid', !isValid());
            button.hidden = false;
            if (picture.dataset.item !== item) {
                picture.dataset.item = item;
                picture.replaceChildren(phone(item, 'big'));
                name.textContent = words;
            }
        }

        async function order(event) {
            event?.preventDefault();
            if (button.getAttribute('aria-disabled') === 'true') {
                return;
            }
            if (!isValid()) {
                qty.focus();
                return;
            }
            const body = wanted();
            const last = attempt.get();
            const current = last && isSame(last.body, body) ? last : {key: newKey(), body};
            attempt.set(current);
            busy(true);
            try {
                const placed = await call('POST', '/orders', body, {'Idempotency-Key': current.key});
                attempt.set(null);
                tell(say('shop.done', {id: placed.id}));
                location.hash = `#/orders/${placed.id}`;
            } catch (refused) {
                busy(false);
                if (refused.status === 0 || refused.status === 503 || refused.status === 429 || refused.status === 500) {
                    const heard = refused.status === 503 || refused.status === 429;
                    unanswered(say(heard ? 'shop.busy' : 'shop.unsure'), say(heard ? 'shop.busy.text' : 'shop.unsure.text'), refused.retryAfter);
                } else {
                    attempt.set(null);
                    outcome.replaceChildren(refused.status === 402
                        ? notice('bad', say('shop.declined'), say('shop.declined.text'))
                        : notice('bad', say('bad.title'), refused.words));
                }
            }
        }

        function busy(is) {
            button.setAttribute('aria-disabled', is);
            button.textContent = say(is ? 'shop.ordering' : 'shop.order');
            button.hidden = false;
            if (is) {
                outcome.replaceChildren();
            }
        }

        /** Offers to send the very same order again, when the shop has said that it makes sense. */
        function unanswered(title, text, seconds) {
            const sent = attempt.get();
            let left = seconds;
            const again = h('button', {type: 'button', class: 'main', click: resend});
            const box = notice('warn', title, text, again,
                h('button', {type: 'button', click: () => { attempt.set(null); box.remove(); button.hidden = false; button.focus(); }}, say('shop.discard')));
            outcome.replaceChildren(box);
            button.hidden = true;
            const timer = setInterval(tick, 1000);
            timers.add(timer);
            count();

            function tick() {
                left--;
                if (count() && box.isConnected) {
                    tell(say('shop.again'));
                }
            }

            function count() {
                again.setAttribute('aria-disabled', left > 0);
                again.textContent = left > 0 ? say('shop.again.in', {seconds: left}) : say('shop.again');
                if (left <= 0 || !box.isConnected) {
                    clearInterval(timer);
                    timers.delete(timer);
                    return true;
                }
                return false;
            }

            function resend() {
                if (left > 0) {
                    return;
                }
                form.elements.namedItem('item').value = sent.body.item;
                qty.value = sent.body.qty;
                sum();
                order();
            }
        }
    }
}
