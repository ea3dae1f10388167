import {asGuest, call, session} from './api.js';
import {discardAttempt, pendingAttempt} from './attempt.js';
import {announce, confirm, go, h, notice} from './dom.js';
import {addressOf, remember} from './keep.js';
import {order} from './order.js';
import {say} from './words.js';

/** The part of a tracking link that no browser sends to a server: the order and the secret of its guest. */
const LINK = /^#([1-9]\d{0,17})\.([\w-]{43})$/;

/** The view of an order that a guest placed. */
export function guest(main) {
    const [, id, secret] = LINK.exec(location.hash) ?? [];
    if (!id) {
        main.append(h('div', {class: 'head'}, h('h1', {tabindex: -1}, say('guest.ended'))), ended());
        return {title: say('guest.ended')};
    }
    if (pendingAttempt()?.secret === secret) {
        discardAttempt();
    }
    const link = h('input', {id: 'link', readonly: true, value: location.origin + addressOf({id, secret}), focus: event => event.target.select()});
    const account = h('div', {class: 'actions'});
    const outcome = h('div', {class: 'outcome'});
    const panel = h('section', {class: 'panel guest', 'aria-labelledby': 'keep'}, h('h2', {id: 'keep'}, say('guest.title')), h('p', {}, say('guest.keep')),
        h('label', {for: 'link'}, say('guest.link')),
        h('div', {class: 'line'}, link, h('button', {type: 'button', id: 'copy', click: copy}, say('guest.copy'))), outcome, account);
    const shown = order(main, id, null, {secret, panel, ended: () => main.append(ended())});
    session().then(offer).catch(() => offer({}));
    return shown;

    function offer({login, name, roles}) {
        account.replaceChildren(...[
            login && roles?.includes('customer') && h('button', {type: 'button', id: 'claim', class: 'main', click: claim}, say('guest.claim')),
            login && !name && h('a', {class: 'button', href: '/login'}, say('guest.login')),
            h('button', {type: 'button', id: 'revoke', class: 'quiet', click: revoke}, say('guest.revoke'))].filter(Boolean));
    }

    async function copy() {
        link.focus();
        try {
            await navigator.clipboard.writeText(link.value);
            outcome.replaceChildren(notice('good', say('guest.copied')));
        } catch {
            announce(say('guest.selected'));
        }
    }

    async function claim() {
        try {
            await call('PUT', `/orders/${id}/owner`, {secret});
            remember(Number(id));
            go(`/orders/${id}`, {replace: true});
            announce(say('guest.claimed'));
        } catch (refused) {
            outcome.replaceChildren(notice('bad', say('guest.claim.not'), refused.words));
        }
    }

    async function revoke() {
        if (!await confirm({title: say('guest.sure'), text: say('guest.sure.text'), yes: say('guest.revoke'), no: say('guest.sure.no')})) {
            return;
        }
        try {
            await call('DELETE', `/orders/${id}/owner`, null, asGuest(secret));
            go('/', {replace: true});
            announce(say('guest.ended'));
        } catch (refused) {
            outcome.replaceChildren(notice('bad', say('guest.revoke.not'), refused.words));
        }
    }
}

const ended = () => notice('warn', say('guest.ended'), say('guest.ended.text'));
