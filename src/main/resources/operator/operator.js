// The state of phone82 at a glance, from the health and the metrics of all its processes.
import {clock, get, h, language, moment, place, readable, redraw, say, speak, WORDS, write} from '/words.js';
import {readFailures, showFailures} from '/failures.js';
import {readRepairs, showRepairs} from '/repairs.js';
import {orderCounts, readTrends, showTrends} from '/trends.js';

const EVERY = 5000;
const CONTEXTS = ['gateway', 'app', 'pay', 'store', 'customer', 'coordinator', 'broker'];
/** States of a breaker, worst first: of several replicas the worst state is shown. */
const BREAKER = ['open', 'forced_open', 'half_open', 'disabled', 'metrics_only', 'closed'];

/** The sections of the runbook about parts of a context that are down. */
const SECTIONS = {broker: 'OutboxStuck', database: 'DatabaseConnectionsExhausted', 'dead-letters': 'DeadLetters', routes: 'RouteStopped'};
/** The contexts that a customer needs to order, to get the phone, and to follow it. */
const NEEDED = {orders: ['gateway', 'app', 'pay'], shipping: ['store', 'broker'], tracking: ['customer', 'broker']};
/** Pay settles a payment in less time; in seconds. */
const SETTLED = 30;

/** The contexts of each process, kept while it is unreachable. */
const known = new Map();
let last;
/** Why the last look failed; null if it did not. */
let trouble = null;

/** The samples of Prometheus' text format: name, labels, value. */
function samples(text) {
    return text.split('\n').filter(line => line && !line.startsWith('#')).map(line => {
        const [, name, labels = '', value] = /^(\w+)(?:\{(.*)})? (\S+)/.exec(line) ?? [];
        return {name, labels, value: Number(value), label: key => new RegExp(`(?:^|,)${key}="([^"]*)"`).exec(labels)?.[1]};
    });
}

async function look() {
    readRepairs();
    try {
        const [answer] = await Promise.all([get('/processes'), readFailures(), readTrends()]);
        if (!answer.ok) {
            throw new Error(`status ${answer.status}`);
        }
        const processes = (await answer.json()).map(each => ({...each, samples: samples(each.metrics ?? '')}));
        last = {processes, at: new Date()};
        trouble = null;
        show();
    } catch (failure) {
        trouble = failure.name === 'TimeoutError' ? 'no answer in time' : failure.message;
        showTrouble();
    } finally {
        setTimeout(look, EVERY);
    }
}

/** The page keeps its last known state, but its headline must not say that all is well. */
function showTrouble() {
    write(place('trouble'), trouble ? say('trouble', {reason: reason(trouble)}) : '');
    if (trouble) {
        showOverall('UNKNOWN');
    }
}

function showOverall(state) {
    write(place('overall'), say(state));
    place('overall').className = `state ${state}`;
}

function show() {
    document.title = say('title');
    document.querySelectorAll('[data-words]').forEach(each => write(each, say(each.dataset.words)));
    write(place('language'), say('other'));
    place('language').lang = language() === 'ko' ? 'en' : 'ko';
    showAudit();
    showFailures();
    showRepairs();
    showTrends(CONTEXTS);
    const counts = orderCounts();
    showRefusals(counts);
    if (last) {
        const problems = [];
        const callsFail = showFigures(last.processes.flatMap(each => each.samples), counts, problems);
        showProcesses(last.processes, callsFail);
        findDown(last.processes, problems);
        showProblems(problems, last);
        place('age').textContent = say('age', {time: clock(last.at), seconds: EVERY / 1000});
    }
    showTrouble();
}

/** The refused orders of the last hour by cause. They do not change the overall state, which is that of the last minute. */
function showRefusals(counts) {
    const refused = counts?.refused;
    place('refusals-section').hidden = !refused?.hour;
    if (!refused?.hour) {
        return;
    }
    write(place('refusals-all'), say('refusals.all', {refused: refused.hour, orders: counts.hour, time: clock(refused.last)}));
    redraw(place('refusals'), refused.causes, () => refused.causes.map(({status, count}) =>
        h('li', {}, cause(status, count), runbookLink(/^5(?!03)/.test(status) ? 'OrdersFailFast' : 'OrdersRefused'))));
}

const cause = (status, count) => say(WORDS[language()][`cause.${status}`] ? `cause.${status}` : 'cause.other', {status, count});

const runbookLink = section => h('a', {href: `/runbook#${section.toLowerCase()}`, 'aria-label': `${say('runbook')}: ${section}`}, say('runbook'));

/** The overall state is that of the orders: it is down only if none can be placed, and UP only if nothing is wrong. */
function showProblems(problems, {processes}) {
    const works = Object.fromEntries(Object.entries(NEEDED).map(([part, contexts]) => {
        const running = contexts.map(context => processes.filter(each => contextsOf(each).some(([name]) => name === context)).map(each => isRunning(context, each)));
        return [part, running.some(each => each.length && !each.includes(true)) ? 'DOWN'
            : problems.find(each => each.part === part)?.state ?? (running.every(each => each.length) ? 'UP' : 'UNKNOWN')];
    }));
    const overall = !/^(UP|UNKNOWN)$/.test(works.orders) ? works.orders : problems.length ? 'ATTENTION' : 'UP';
    showOverall(overall);
    place('works').replaceChildren(...Object.entries(works).map(([part, state]) => h('li', {'data-part': part}, h('span', {class: `dot ${state}`, 'aria-hidden': 'true'}), say(`${part}.${state}`))));
    place('problems-section').hidden = problems.length === 0;
    redraw(place('problems'), problems, () => problems.map(({words, runbook, state, start}) => h('li', {class: state === 'ATTENTION' ? 'warn' : ''}, words, runbookLink(runbook),
        start?.map(({context, route}) => startButton(context, route)), start && h('a', {href: '/hawtio/camel'}, say('open.hawtio')))));
}

/** Whether the process runs the context; it still does with a warning. */
const isRunning = (context, {health}) => health?.status === 'UP' || health?.components[context].status === 'UP';

/** The button of a route of this process. */
function startButton(context, route) {
    const button = h('button', {type: 'button'}, say('start', {route}));
    button.addEventListener('click', async () => {
        button.disabled = true;
        try {
            const answer = await fetch('/actuator/jolokia', {method: 'POST', headers: {'Content-Type': 'application/json'},
                body: JSON.stringify({type: 'exec', mbean: `org.apache.camel:context=${context},type=routes,name="${route}"`, operation: 'start()'})});
            const {status, error} = await answer.json();
            if (status !== 200) {
                throw new Error(error ?? `status ${answer.status}`);
            }
            place('start-result').textContent = say('start.done', {route});
        } catch (failure) {
            place('start-result').textContent = say('start.failed', {route, reason: failure.message});
        }
        button.disabled = false;
    });
    return button;
}

function findDown(processes, problems) {
    processes.forEach(each => {
        if (!each.health) {
            problems.push({words: say('problem.away', {at: each.at, reason: reason(each.error), contexts: contextsOf(each).map(([name]) => name).join(', ')}), runbook: 'ContextMissing'});
            return;
        }
        Object.entries(each.health.components).filter(([, {status}]) => status !== 'UP').forEach(([context, {status, components = {}}]) => {
            const failed = Object.entries(components).filter(([, part]) => part.status !== 'UP');
            const stopped = failed.map(([part, {details}]) => part === 'routes' && /not started: \[(.*)]/.exec(details?.error)?.[1].split(', ')).find(Boolean);
            if (stopped) {
                problems.push({words: say(each.here ? 'problem.stopped' : 'problem.stopped.there', {context, routes: stopped.join(', '), at: each.at}), runbook: 'RouteStopped',
                    start: each.here && stopped.map(route => ({context, route}))});
            }
            const others = failed.filter(([part]) => part !== 'routes' || !stopped);
            if (others.length || !stopped) {
                const parts = others.map(([part, {details}]) => details?.error ? `${part}, ${readable(details.error).replace(/^[\w.$]+(?:Exception|Error): /, '')}` : part);
                problems.push({words: say('problem.down', {context, state: say(status), reason: parts.length ? ` (${parts.join('; ')})` : ''}),
                    runbook: others.map(([part]) => SECTIONS[part]).find(Boolean) ?? 'ContextMissing'});
            }
        });
    });
}

/** Why a process does not answer. */
const reason = error => WORDS[language()][`unanswered.${error}`] ?? readable(error);

/** @param callsFail whether pay's calls to the provider fail */
function showProcesses(processes, callsFail) {
    const seen = new Set(processes.flatMap(contextsOf).map(([name]) => name));
    redraw(place('processes'), [callsFail, processes.map(({samples, metrics, ...each}) => [each, versionOf({samples}), contextsOf(each)])], () => processes.map(each => {
        const contexts = contextsOf(each);
        // other processes refuse links from this page, which is another site for them
        const links = each.here && [['/hawtio', 'Hawtio'], ['/actuator/prometheus', say('metrics')]].map(([path, text]) =>
            h('a', {href: path, 'aria-label': `${text}, ${each.at}`}, text));
        return h('li', {class: contexts.length > 1 ? 'several' : '', 'data-at': each.at},
            h('ul', {}, contexts.map(([name, context]) => contextOf(name, name === 'provider' && context.status === 'UP' && callsFail ? {...context, status: 'FAILING'} : context))),
            each.error && h('p', {class: 'error'}, reason(each.error)),
            h('p', {class: 'where'}, h('span', {}, each.at.replace('http://', ''), each.here && ` (${say('here')})`), h('small', {}, versionOf(each)), h('span', {}, !each.error && links)));
    }));
    const unseen = CONTEXTS.filter(each => !seen.has(each));
    write(place('unseen'), unseen.length ? say('unseen', {contexts: unseen.join(', ')}) : '');
}

const versionOf = process => process.samples.find(each => each.name === 'phone82_up')?.label('version');

/** The contexts of a process; if it is unreachable, those that it reported before, or else its host name. */
function contextsOf(process) {
    if (process.health) {
        known.set(process.at, Object.keys(process.health.components));
        return Object.entries(process.health.components).sort(([one], [other]) => CONTEXTS.indexOf(one) - CONTEXTS.indexOf(other));
    }
    const names = process.contexts.length ? process.contexts : known.get(process.at) ?? [new URL(process.at).hostname];
    return names.map(name => [name, {status: 'AWAY'}]);
}

function contextOf(name, {status, components = {}}) {
    return h('li', {'data-context': name},
        h('div', {class: 'context'}, h('strong', {}, name), h('span', {class: `state ${status}`}, say(status))),
        h('ul', {}, Object.entries(components).map(([part, {status: state, details = {}}]) => {
            const breaker = BREAKER.find(each => Object.values(details).includes(each.toUpperCase()));
            const shown = state === 'UP' && breaker && breaker !== 'closed' ? 'ATTENTION' : state;
            return h('li', {}, h('span', {class: `dot ${shown}`, 'aria-hidden': 'true'}), part, shown !== 'UP' && ` ${say(state === 'UP' ? breaker : state)}`,
                Object.keys(details).length > 0 && h('small', {}, ` ${Object.entries(details).map(([key, value]) => `${key === 'error' ? say('error') : key}: ${detail(value)}`).join(', ')}`));
        })));
}

const detail = value => typeof value === 'string' && BREAKER.includes(value.toLowerCase()) ? say(value.toLowerCase()) : readable(value);

function showFigures(all, counts, problems) {
    const of = (name, label, value) => all.filter(each => each.name === name && (!label || each.label(label) === value));
    const added = samples => {
        // replicas report the same values for shared resources
        const shared = new Map();
        samples.filter(each => Number.isFinite(each.value)).forEach(each => shared.set(each.labels, Math.max(each.value, shared.get(each.labels) ?? 0)));
        return shared.size ? [...shared.values()].reduce((total, value) => total + value, 0) : null;
    };
    const most = samples => samples.reduce((highest, each) => each.value > (highest?.value ?? -1) ? each : highest, null);
    const readers = of('phone82_stream_readers');
    const breakers = name => of('resilience4j_circuitbreaker_state', 'name', name).filter(each => each.value === 1).map(each => each.label('state'));
    const isOpen = state => state !== 'closed';
    const states = breakers('pay');
    const deadLetters = added(of('phone82_dead_letters'));
    const refunds = added(of('phone82_payments', 'status', 'RefundFailed'));
    if (counts?.refused.minute > 0) {
        const {since, count, all: orders, causes} = counts.refused.going;
        problems.push({part: 'orders', state: 'REFUSING', words: say('problem.refused', {refused: count, all: orders, since: clock(since), causes: causes.map(each => cause(each.status, each.count)).join(', ')}),
            runbook: causes.some(each => each.status === '500') ? 'OrdersFailFast' : 'OrdersRefused'});
    }
    if (states.some(isOpen)) {
        const worst = BREAKER.find(each => states.includes(each));
        problems.push({part: 'orders', state: worst === 'half_open' ? 'ATTENTION' : 'REFUSING', words: say(worst === 'half_open' ? 'problem.breaker.half_open' : 'problem.breaker', {state: breakerWords(states)}), runbook: 'PaymentBreakerOpen'});
    }
    if (counts?.declined.isMany) {
        const {since, count, all: orders} = counts.declined.going;
        problems.push({part: 'orders', state: 'DECLINING', words: say('problem.declined', {declined: count, all: orders, since: clock(since)}), runbook: 'PaymentsDeclined'});
    }
    if (counts?.aborted.isMany) {
        problems.push({state: 'ATTENTION', words: say('problem.aborted', {count: counts.aborted.going.count, since: clock(counts.aborted.going.since)}), runbook: 'OrdersSlow'});
    }
    if (deadLetters > 0) {
        const contexts = [...new Set(of('phone82_dead_letters').map(each => each.label('context')))].map(context => ({context, count: added(of('phone82_dead_letters', 'context', context))}));
        problems.push({words: say('problem.dead-letters', {contexts: contexts.filter(({count}) => count > 0).map(each => say('problem.dead-letters.of', each)).join(', ')}), runbook: 'DeadLetters'});
    }
    const stuck = most(of('phone82_orders_stuck'));
    if (stuck?.value > 0) {
        problems.push({words: say('problem.stuck', {count: stuck.value}), runbook: 'OrdersStuck'});
    }
    const held = most(of('phone82_dispatch_waiting'));
    if (held?.value > 0) {
        problems.push({part: 'shipping', state: 'ATTENTION', words: say('problem.held', {count: held.value}), runbook: 'OrdersStuck'});
    }
    const newOwner = most(of('phone82_new_owners_oldest_seconds'));
    if (newOwner?.value > 60) {
        problems.push({words: say('problem.new-owners', {count: most(of('phone82_new_owners'))?.value, minutes: Math.round(newOwner.value / 60)}), runbook: 'NewOwnersStuck'});
    }
    const unsent = most(of('phone82_outbox_oldest_seconds'));
    if (unsent?.value > 60) {
        problems.push({words: say('problem.outbox', {context: unsent.label('context'), minutes: Math.round(unsent.value / 60)}), runbook: 'OutboxStuck'});
    }
    const intent = most(of('phone82_payments_oldest_intent_seconds'));
    const waiting = added(of('phone82_payments').filter(each => each.label('status') !== 'RefundFailed'));
    const unsettled = waiting > 0 && (intent?.value > SETTLED || breakers('settlements').some(isOpen));
    if (unsettled) {
        const collects = of('phone82_payments', 'status', 'Capturing').some(each => each.value > 0);
        problems.push({part: 'shipping', state: 'ATTENTION', words: say(collects ? 'problem.captures' : 'problem.payments', {count: waiting, since: moment(new Date(Date.now() - (intent?.value || 0) * 1000))}), runbook: 'PaymentsStuck'});
    }
    if (of('phone82_audit_failing').some(each => each.value > 0)) {
        problems.push({words: say('problem.audit'), runbook: 'AuditNotWritten'});
    }
    if (refunds > 0) {
        problems.push({words: say('problem.refunds', {count: refunds}), runbook: 'RefundFailed'});
    }
    place('metrics').replaceChildren(
        figure('orders', counts?.accepted, () => false, 'minute'),
        figure('refused', counts?.refused.minute, number => number > 0, 'minute'),
        figure('declined', counts?.declined.minute, () => counts.declined.isMany && 'warn', 'minute'),
        figure('breaker', states.length ? breakerWords(states) : null, () => states.some(isOpen) && (states.every(each => each === 'closed' || each === 'half_open') ? 'warn' : true)),
        figure('dead-letters', deadLetters, number => number > 0),
        figure('cancellations', added(of('phone82_cancellations_open', 'context', 'app')), number => number > 10),
        figure('payments', waiting, () => unsettled && 'warn'),
        figure('refunds', refunds, number => number > 0),
        figure('outbox', added(of('phone82_outbox_events')), number => number > 1000),
        figure('waiting', added(of('phone82_queue_messages')), number => number > 1000),
        figure('readers', readers.length ? readers.reduce((total, each) => total + each.value, 0) : null, () => false));
    return ['authorisations', 'settlements'].flatMap(breakers).some(isOpen);
}

function breakerWords(states) {
    const worst = BREAKER.find(each => states.includes(each));
    const alike = states.filter(each => each === worst).length;
    return alike === states.length ? say(worst) : say('some', {state: say(worst), count: alike, all: states.length});
}

/**
 * @param isBad  returns warn for a warning
 * @param period the word for the time of a count
 */
function figure(id, value, isBad, period) {
    const bad = value != null && isBad(value);
    return h('div', {id, class: bad === 'warn' ? 'warn' : bad ? 'bad' : ''}, h('dt', {}, say(id), period && h('small', {}, ` ${say(period)}`)),
        value == null ? h('dd', {}, h('span', {'aria-hidden': 'true'}, '–'), h('span', {class: 'unseen'}, say('unknown')))
            : h('dd', {}, typeof value === 'number' ? value.toLocaleString(language()) : value, bad && h('span', {class: 'unseen'}, ` ${say('attention')}`)));
}

function keep(language) {
    try {
        localStorage.setItem('language', language);
    } catch {
        // private window: the language is kept for this visit only
    }
}

function kept() {
    try {
        return localStorage.getItem('language');
    } catch {
        return null;
    }
}

let audited;

/** Shows the entries that the form asks for, or those that were read last in the other language. */
function showAudit() {
    if (!audited) {
        return;
    }
    const {items, missing} = audited;
    write(place('audit-missing'), missing.length ? say('audit.missing', {processes: missing.join('; ')}) : '');
    write(place('audit-none'), items.length ? '' : say('none'));
    place('audit-table').hidden = items.length === 0;
    redraw(place('audit-entries'), items, () => items.map(each => h('tr', {class: /^(401|403)$/.test(each.result) ? 'bad' : ''},
        h('td', {}, new Date(each.time).toLocaleString(language())), h('td', {}, each.subject ?? '–'), h('td', {}, each.roles.join(', ')),
        h('td', {}, `${each.context} ${each.action}`), h('td', {}, each.target ?? ''),
        h('td', {}, each.result, each.omitted > 0 && h('small', {}, say('audit.omitted', {count: each.omitted}))), h('td', {}, h('small', {}, each.correlationId)))));
}

place('audit').addEventListener('submit', async event => {
    event.preventDefault();
    const query = new URLSearchParams([...new FormData(event.target)].filter(([, value]) => value.trim()).map(([name, value]) => [name, value.trim()]));
    try {
        const answer = await fetch(`/audit?${query}`, {cache: 'no-store'});
        if (!answer.ok) {
            throw new Error(`status ${answer.status}`);
        }
        audited = await answer.json();
        showAudit();
    } catch (failure) {
        place('audit-missing').textContent = say('audit.missing', {processes: failure.message});
    }
});

place('language').addEventListener('click', () => {
    speak(language() === 'ko' ? 'en' : 'ko');
    keep(language());
    show();
});

speak(([kept(), ...navigator.languages].find(each => /^(ko|en)\b/i.test(each ?? '')) ?? 'en').slice(0, 2).toLowerCase());
show();
look();
