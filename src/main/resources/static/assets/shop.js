import {currentPhones, currentSession, forSale, nameOf, phones, session} from './api.js';
import {discardAttempt, isResolvable, isUnderWay, look, newAttempt, pendingAttempt, send} from './attempt.js';
import {announce, failure, go, h, isSecondClick, loginLink, notice, phone, retry, skeleton, swatch} from './dom.js';
import {addressOf, keep, kept} from './keep.js';
import {SPECS, modelsOf, search} from './models.js';
import {gigabytes, say, sayOf, time, won} from './words.js';

const MOST = 100;
/** Time for which another tab may wait for the outcome of its order, ms. */
const ELSEWHERE = 20_000;
/** Interval at which it is looked whether an unwanted order has arrived, ms. */
const LOOK_AGAIN = 2000;

/** Whether the price and the user of an order are being checked. It is sent after that, also if the view is left. */
let asking = false;

/** The models, their variants and the order form. */
export function shop(main, _, query) {
    const place = h('div', {class: 'shop'}, h('div', {class: 'form'},
        h('div', {class: 'shelf'}, h('div', {class: 'models'}, skeleton(10, 'card')), skeleton(1, 'specs')), h('div', {class: 'side'}, skeleton(1, 'variants'), skeleton(1, 'basket'))));
    const find = h('input', {id: 'q', type: 'search', maxlength: 100, autocomplete: 'off', value: query.get('q') ?? '', input: () => {
        history.replaceState(history.state, '', words() ? `/?${new URLSearchParams({q: words()})}` : '/');
        filter();
    }});
    const hits = h('p', {class: 'hint', id: 'hits', role: 'status'});
    main.append(h('div', {class: 'head row'}, h('div', {}, h('h1', {tabindex: -1}, say('shop.title')), h('p', {class: 'lead'}, say('shop.lead'))),
        h('form', {class: 'finder', role: 'search', submit: goToFirst}, h('label', {for: 'q'}, say('shop.find')), find)), hits, place);
    /** Shows the models that match the search, once they are loaded. */
    let filter = () => {};
    let timer;
    let left = false;
    let sending = false;
    addEventListener('storage', attemptElsewhere);
    addEventListener('online', connected);
    load();
    return {title: say('tab.shop'), tab: 'shop', end: () => {
        left = true;
        clearInterval(timer);
        removeEventListener('storage', attemptElsewhere);
        removeEventListener('online', connected);
    }};

    function words() {
        return find.value.trim();
    }

    function goToFirst(event) {
        event.preventDefault();
        place.querySelector('.model:not([hidden]) input')?.focus();
    }

    /** The outcome of the pending order can be found out again. */
    function connected() {
        if (pendingAttempt() && !sending) {
            load();
        }
    }

    /** Reloads when another tab has sent an order or got its outcome. */
    function attemptElsewhere({key}) {
        if (key === 'attempt' && !sending) {
            load(true);
        }
    }

    /** @param elsewhere whether another tab waits for the outcome of the pending order */
    async function load(elsewhere) {
        let list;
        try {
            list = await phones();
        } catch (refused) {
            place.replaceChildren(failure(refused, () => load()));
            return;
        }
        if (!left) {
            show(forSale(list), elsewhere === true);
        }
    }

    /** @param isNewPrice whether the customer has tried to order at an old price */
    function show(list, elsewhere, isNewPrice = false) {
        const pending = pendingAttempt();
        const choice = pending?.body ?? kept('choice');
        const models = modelsOf(list);
        const listed = list.find(each => each.item === choice?.item);
        const isGone = !listed && Boolean(choice?.item);
        let chosen = listed ?? list[0];
        let model = modelWith(chosen);
        const cards = models.map(each => h('label', {class: 'model'},
            h('input', {type: 'radio', name: 'model', value: each.variants[0].item, class: 'unseen', change: () => chooseModel(each)}),
            phone(each.variants[0].item), h('span', {class: 'name'}, each.name), h('span', {class: 'price'}, priceOf(each))));
        const none = h('div', {class: 'panel empty'}, phone('empty'), h('p', {}, say('shop.none.text')), h('button', {type: 'button', id: 'everything', click: showAll}, say('shop.everything')));
        const shelf = h('fieldset', {class: 'models'}, h('legend', {class: 'unseen'}, say('shop.models')), cards);
        const specs = h('section', {class: 'panel specs', 'aria-labelledby': 'specs'});
        const variants = h('div', {class: 'panel variants'});
        /** The radio buttons of the model's variants. */
        let options = [];
        const qty = h('input', {type: 'number', id: 'qty', name: 'qty', min: 1, max: MOST, step: 1, required: true, inputmode: 'numeric', value: listed && choice.qty || 1,
            'aria-describedby': 'range', input: choose});
        const less = h('button', {type: 'button', 'aria-label': say('shop.less'), click: () => step(-1)}, '−');
        const more = h('button', {type: 'button', 'aria-label': say('shop.more'), click: () => step(1)}, '+');
        const range = h('p', {id: 'range', class: 'hint'});
        const unfound = h('p', {id: 'unfound', class: 'hint', hidden: true}, say('shop.other'));
        const total = h('output', {for: 'qty', class: 'total', id: 'total'});
        const picture = h('div', {class: 'picture'});
        const name = h('p', {class: 'name'});
        let orderWords = 'shop.order';
        const button = h('button', {type: 'submit', class: 'main', id: 'order', click: event => isSecondClick(event) && event.preventDefault()}, say(orderWords));
        const ways = h('div', {class: 'ways'});
        const outcome = h('div', {class: 'outcome'});
        /** Whether an order is being sent, or must not be sent again yet. */
        let blocked = false;
        const basket = h('div', {class: 'panel basket'},
            h('div', {class: 'choice'}, picture, name),
            h('div', {class: 'line'}, h('label', {for: 'qty'}, say('shop.qty')), h('div', {class: 'stepper'}, less, qty, more)),
            range,
            h('div', {class: 'line sum'}, h('span', {}, say('shop.total')), total),
            unfound, outcome, button);
        const form = h('form', {novalidate: true, class: 'form', submit: order, keydown: choosesByEnter},
            h('div', {class: 'shelf'}, shelf, none, specs), h('div', {class: 'side'}, variants, basket, ways));
        clearInterval(timer);
        filter = () => showHits();
        place.replaceChildren(form);
        showModel();
        filter();
        performance.mark('ready');
        session().then(offerGuest).catch(() => {});
        if (pending && elsewhere) {
            checking(pending, ELSEWHERE);
        } else if (pending) {
            resolve(pending);
        } else if (isNewPrice) {
            refusedWith(isGone ? notice('warn', say('shop.gone'), say('shop.refused.text')) : notice('warn', say('shop.price'), say('shop.price.text')));
        } else if (isGone) {
            keep('choice', null);
            outcome.replaceChildren(notice('info', say('shop.gone'), say('shop.gone.text')));
        }

        /** Without a session one can order as a guest, if the shop permits it. */
        function offerGuest({login, name, guests}) {
            if (login && !name && guests) {
                orderWords = 'shop.order.guest';
                if (!blocked) {
                    button.textContent = say(orderWords);
                }
                ways.replaceChildren(h('p', {class: 'hint'}, say('shop.guest')), h('a', {class: 'button', href: '/login', id: 'login'}, say('shop.login')));
            }
        }

        /** The Enter key chooses, but never orders: only a press of the button does. */
        function choosesByEnter(event) {
            if (event.key === 'Enter' && event.target.matches('input')) {
                event.preventDefault();
                if (event.target.type === 'radio') {
                    event.target.click();
                }
            }
        }

        function modelWith(phone) {
            return models.find(each => each.variants.includes(phone));
        }

        function priceOf({variants}) {
            const prices = variants.map(each => each.price);
            const lowest = Math.min(...prices);
            return lowest < Math.max(...prices) ? say('shop.from', {price: won(lowest)}) : won(lowest);
        }

        /** Hides the models that the search does not find. The chosen one stays chosen. */
        function showHits() {
            const found = search(models, words());
            models.forEach((each, i) => {
                cards[i].hidden = !found.includes(each);
                // in some browsers a button that is checked and hidden keeps the Tab key from the others
                cards[i].querySelector('input').checked = each === model && !cards[i].hidden;
            });
            setFound(found.includes(model));
            shelf.hidden = !found.length;
            basket.hidden = !found.length && !outcome.firstChild;
            none.hidden = found.length > 0;
            hits.textContent = !words() ? '' : found.length ? say('shop.found', {count: found.length}) : say('shop.none', {words: words()});
        }

        /** A phone that the search has not found is not ordered by mistake. */
        function setFound(isFound) {
            unfound.hidden = isFound;
            variants.hidden = !isFound || !options.length;
            specs.hidden = !isFound || !SPECS.some(spec => model.common[spec]);
            block(blocked);
        }

        function showAll() {
            find.value = '';
            find.dispatchEvent(new Event('input'));
            find.focus();
        }

        function chooseModel(next) {
            model = next;
            [chosen] = model.variants;
            showModel();
            setFound(true);
            choose();
        }

        function showModel() {
            const known = SPECS.filter(spec => model.common[spec]);
            specs.replaceChildren(h('h2', {id: 'specs'}, say('shop.specs', {name: model.name})),
                h('table', {'aria-labelledby': 'specs'}, h('tbody', {}, known.map(spec => h('tr', {}, h('th', {scope: 'row'}, say(`spec.${spec}`)), h('td', {}, model.common[spec]))))));
            options = [];
            variants.replaceChildren(...[choiceOf('storage', gigabytes), choiceOf('colour', colour => sayOf('colour', colour))].filter(Boolean));
            sum();
        }

        /** Radio buttons for what the variants of the model differ in; null if they do not. */
        function choiceOf(part, nameOfValue) {
            const values = [...new Set(model.variants.map(each => each[part]))];
            const priced = model.variants.some(one => model.variants.some(two => one.price !== two.price && (part === 'storage' || one.storage === two.storage)));
            return values.length < 2 ? null : h('fieldset', {class: part}, h('legend', {}, say(`shop.${part}`)), values.map(value => {
                const input = h('input', {type: 'radio', name: part, value: value ?? '', change: () => {
                    chosen = variantWith(part, value);
                    choose();
                }});
                const price = priced && h('span', {class: 'price'});
                options.push({part, value, input, price});
                return h('label', {class: 'option'}, input, part === 'colour' && value && swatch(value), h('span', {class: 'value'}, value ? nameOfValue(value) : '–'), price);
            }));
        }

        /** The variant of this storage or colour that differs the least from the chosen one. */
        function variantWith(part, value) {
            const other = part === 'storage' ? 'colour' : 'storage';
            const fitting = model.variants.filter(each => each[part] === value);
            return fitting.find(each => each[other] === chosen[other]) ?? fitting[0];
        }

        function wanted() {
            return {item: chosen.item, qty: qty.valueAsNumber};
        }

        function step(by) {
            qty.value = Math.min(MOST, Math.max(1, (qty.valueAsNumber || 1) + by));
            choose();
        }

        function isValid() {
            return Number.isInteger(qty.valueAsNumber) && qty.validity.valid;
        }

        function choose() {
            sum();
            if (isValid()) {
                keep('choice', wanted());
            }
        }

        function sum() {
            const {item, price} = chosen;
            options.forEach(each => {
                each.input.checked = chosen[each.part] === each.value;
                if (each.price) {
                    each.price.textContent = won(variantWith(each.part, each.value).price);
                }
            });
            total.textContent = isValid() ? won(price * qty.valueAsNumber) : '–';
            range.textContent = isValid() ? '' : say('shop.range');
            qty.setAttribute('aria-invalid', !isValid());
            less.setAttribute('aria-disabled', qty.valueAsNumber <= 1);
            more.setAttribute('aria-disabled', qty.valueAsNumber >= MOST);
            if (picture.dataset.item !== item) {
                picture.dataset.item = item;
                picture.replaceChildren(phone(item, 'big'));
                name.textContent = nameOf(item);
            }
        }

        /** Places the order of the current choice. The page may be days old, and another tab may have logged in somebody else. */
        async function order(event) {
            event.preventDefault();
            if (!unfound.hidden) {
                (shelf.hidden ? find : shelf.querySelector('.model:not([hidden]) input')).focus();
                return;
            }
            if (blocked || asking) {
                return;
            }
            if (!isValid()) {
                qty.focus();
                return;
            }
            const unresolved = pendingAttempt();
            if (unresolved) {
                resolve(unresolved);
                return;
            }
            keep('choice', wanted());
            busy();
            const user = await userIfAsShown(chosen);
            if (!user) {
                return;
            }
            if (pendingAttempt()) {
                // of another tab
                load(true);
                return;
            }
            sendOnce(newAttempt(wanted(), orderWords === 'shop.order.guest', user.subject));
        }

        /** The user, if price and user are still those that the page shows; if not, it says so, and nothing is ordered. */
        async function userIfAsShown({item, price}) {
            asking = true;
            try {
                const [list, user, shown] = await Promise.all([currentPhones(), currentSession(), session().catch(() => ({}))]);
                if (user.subject !== shown.subject) {
                    ready();
                    refusedWith(user.name ? notice('warn', say('shop.user'), say('shop.anonymous.text'), retry(() => location.reload())) : anonymous());
                    return null;
                }
                if (list.find(each => each.item === item)?.price !== price) {
                    show(forSale(list), false, true);
                    return null;
                }
                return user;
            } catch (refused) {
                refused.isFinal = true;
                if (!left) {
                    answered(null, refused);
                }
                return null;
            } finally {
                asking = false;
            }
        }

        async function sendOnce(attempt) {
            try {
                placed(await tried(attempt));
            } catch (refused) {
                if (!left && refused.status === 409 && !refused.isFinal) {
                    timer = setTimeout(() => !left && resolve(attempt), 1000);
                } else if (!left) {
                    answered(attempt, refused);
                }
            }
        }

        async function tried(attempt) {
            sending = true;
            try {
                return await send(attempt);
            } finally {
                sending = false;
            }
        }

        function placed(order) {
            keep('choice', null);
            announce(say('shop.done', {id: order.id}));
            // a guest has nothing but the link
            if (!left || order.secret && pendingAttempt()) {
                go(addressOf(order));
            }
        }

        /** Finds out the outcome without sending the order again. */
        async function resolve(attempt, then = placed) {
            checking(attempt);
            let order;
            try {
                if (!await isOfThisUser(attempt)) {
                    discardAttempt();
                    ready();
                    outcome.replaceChildren();
                    return;
                }
                order = await look(attempt);
            } catch (refused) {
                if (!left && refused.isRefusal && !isResolvable(attempt)) {
                    tooOld(attempt);
                } else if (!left) {
                    unsure(attempt, refused);
                }
                return;
            }
            if (left) {
                return;
            }
            if (order) {
                await then(order);
            } else if (!isResolvable(attempt)) {
                tooOld(attempt);
            } else if (!isUnderWay(attempt)) {
                discardAttempt();
                ready();
                refusedWith(notice('info', say('shop.lost'), `${whatOf(attempt)} ${say('shop.lost.text')}`));
            } else if (then === abandon) {
                timer = setTimeout(() => !left && resolve(attempt, then), LOOK_AGAIN);
            } else {
                missing(attempt);
            }
        }

        /** At a shared computer, a user has nothing to do with the order of another one. */
        async function isOfThisUser({secret, subject}) {
            const user = await session().catch(() => ({}));
            return secret || !user.name || !subject || user.subject === subject;
        }

        /** @param milliseconds time after which this tab checks the outcome itself, if it is still unknown */
        function checking(attempt, milliseconds) {
            clearInterval(timer);
            button.hidden = true;
            outcome.replaceChildren(notice('info', say('shop.checking'), whatOf(attempt)));
            if (milliseconds) {
                timer = setTimeout(() => !left && load(), milliseconds);
            }
        }

        /** The page of an order that the customer no longer wants cancels it, and shows the outcome. */
        function abandon(order) {
            go(addressOf(order), {state: {cancel: true}});
        }

        function whatOf({body, sent}) {
            return say('shop.what', {item: nameOf(body.item), qty: body.qty, time: time(sent ?? Date.now())});
        }

        function answered(attempt, refused) {
            if (!refused.isFinal) {
                unsure(attempt, refused);
                return;
            }
            ready();
            if (refused.status === 401) {
                refusedWith(anonymous());
                return;
            }
            const [kind, title, text] = refused.status === 402 ? ['bad', say('shop.declined'), say('shop.declined.text')]
                : refused.status === 503 || refused.status === 429 ? ['warn', say('shop.busy'), say('shop.busy.text')]
                : [400, 422].includes(refused.status) ? ['bad', say('bad.title'), say('shop.refused.text')]
                : ['bad', say('bad.title'), `${refused.words} ${say('shop.anonymous.text')}`];
            refusedWith(notice(kind, title, text));
            if (kind === 'warn') {
                wait(refused.retryAfter);
            }
        }

        function anonymous() {
            return notice('warn', say('shop.anonymous'), say('shop.anonymous.text'), loginLink());
        }

        function refusedWith(box) {
            outcome.replaceChildren(box);
            box.querySelector('strong').focus({preventScroll: true});
            box.scrollIntoView({block: 'nearest'});
        }

        function unsure(attempt, {status}) {
            button.hidden = true;
            if (status === 401 && !attempt.secret) {
                // somebody else may be at the computer by now
                refusedWith(notice('warn', say('shop.unsure'), say('shop.user.gone'), loginLink(), discardButton()));
                return;
            }
            const check = h('button', {type: 'button', class: 'main', click: () => resolve(attempt)}, say('shop.check'));
            refusedWith(notice('warn', say('shop.unsure'), `${whatOf(attempt)} ${say('shop.unsure.text')}`, check, abandonButton(attempt)));
        }

        /** There is no order so far, and the request may still arrive. */
        function missing(attempt) {
            const again = h('button', {type: 'button', class: 'main', click: () => { checking(attempt); sendOnce(attempt); }}, say('shop.send'));
            refusedWith(notice('warn', say('shop.missing'), `${whatOf(attempt)} ${say('shop.missing.text')}`, again, abandonButton(attempt)));
        }

        function abandonButton(attempt) {
            return h('button', {type: 'button', click: () => resolve(attempt, abandon)}, say('shop.abandon'));
        }

        function tooOld(attempt) {
            button.hidden = true;
            outcome.replaceChildren(notice('warn', say('shop.unsure'), `${whatOf(attempt)} ${say(attempt.secret ? 'shop.old.guest' : 'shop.old.text')}`,
                !attempt.secret && h('a', {class: 'button', href: '/orders'}, say('orders.title')), discardButton()));
        }

        function discardButton() {
            return h('button', {type: 'button', click: () => { discardAttempt(); ready(); outcome.replaceChildren(); button.focus(); }}, say('shop.discard'));
        }

        function block(isBlocked) {
            blocked = isBlocked;
            button.setAttribute('aria-disabled', blocked || !unfound.hidden);
        }

        function busy() {
            clearInterval(timer);
            block(true);
            button.textContent = say('shop.ordering');
            outcome.replaceChildren();
        }

        function ready() {
            block(false);
            button.textContent = say(orderWords);
            button.hidden = false;
        }

        /** Counts down to the moment at which the order can be tried again. */
        function wait(seconds) {
            let remaining = seconds;
            clearInterval(timer);
            count();
            if (remaining > 0) {
                timer = setInterval(() => {
                    remaining--;
                    count();
                }, 1000);
            }

            function count() {
                block(remaining > 0);
                button.textContent = remaining > 0 ? say('shop.again.in', {seconds: remaining}) : say('shop.again');
                if (remaining <= 0) {
                    clearInterval(timer);
                    if (seconds > 0) {
                        announce(say('shop.again'));
                    }
                }
            }
        }
    }
}
