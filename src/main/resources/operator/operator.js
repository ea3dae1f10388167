// The state of phone82 at a glance, from the health and the metrics of all its processes.
import {h, place, root, say, WORDS} from '/words.js';
import {readFailures, showFailures} from '/failures.js';
import {readRepairs, showRepairs} from '/repairs.js';
import {isRefusal, readTrends, refusedInTheHour, showTrends} from '/trends.js';

const EVERY = 5000;
const WINDOW = 60_000;
const CONTEXTS = ['gateway', 'app', 'pay', 'store', 'customer', 'coordinator', 'broker'];
/** States of a breaker, worst first: of several replicas the worst state is shown. */
const BREAKER = ['open', 'forced_open', 'half_open', 'disabled', 'metrics_only', 'closed'];

/** The sections of the runbook about parts of a context that are down. */
const SECTIONS = {broker: 'OutboxStuck', database: 'DatabaseConnectionsExhausted', 'dead-letters': 'DeadLetters'};

/** The counters of each process at the last refresh. */
const counted = new Map();
/** The outcomes of orders in the last minute: by context and status, one entry per refresh. */
const refreshes = [];
/** The contexts of each process, kept while it is unreachable. */
const known = new Map();
let last;

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
        const [answer] = await Promise.all([fetch('/processes', {cache: 'no-store'}), readFailures(), readTrends()]);
        if (!answer.ok) {
            throw new Error(`status ${answer.status}`);
        }
        const processes = (await answer.json()).map(each => ({...each, samples: samples(each.metrics ?? '')}));
        place('trouble').textContent = '';
        last = {processes, at: new Date()};
        count(processes);
        show();
    } catch (failure) {
        place('trouble').textContent = say('trouble', {reason: failure.message});
    }
    setTimeout(look, EVERY);
}

function show() {
    document.title = say('title');
    document.querySelectorAll('[data-words]').forEach(each => { each.textContent = say(each.dataset.words); });
    place('language').textContent = say('other');
    place('language').lang = root.lang === 'ko' ? 'en' : 'ko';
    showAudit();
    showFailures();
    showRepairs();
    showTrends(CONTEXTS);
    showRefusals();
    if (last) {
        const problems = [];
        showFigures(last.processes.flatMap(each => each.samples), problems);
        const down = showProcesses(last.processes, problems);
        showProblems(problems, down);
        place('age').textContent = say('age', {time: last.at.toLocaleTimeString(root.lang), seconds: EVERY / 1000});
    }
}

/** The refused orders of the last hour by cause. They do not change the overall state, which is that of the last minute. */
function showRefusals() {
    const {refused, orders} = refusedInTheHour();
    place('refusals-section').hidden = refused.length === 0;
    const shown = JSON.stringify([root.lang, refused, orders]);
    // a link keeps the focus while nothing changes
    if (shown !== place('refusals').dataset.shown) {
        place('refusals').dataset.shown = shown;
        place('refusals-all').textContent = say('refusals.all', {refused: refused.reduce((sum, each) => sum + each.count, 0), orders});
        place('refusals').replaceChildren(...refused.map(({status, count}) => h('li', {}, cause(status, count), runbookLink(status === 'closed' ? 'OrdersSlow' : /^5(?!03)/.test(status) ? 'OrdersFailFast' : 'OrdersRefused'))));
    }
}

const cause = (status, count) => say(WORDS[root.lang][`cause.${status}`] ? `cause.${status}` : 'cause.other', {status, count});

const runbookLink = section => h('a', {href: `/runbook#${section.toLowerCase()}`, 'aria-label': `${say('runbook')}: ${section}`}, say('runbook'));

/** The overall state is UP only if no orders are refused. */
function showProblems(problems, down) {
    const overall = down ? 'DOWN' : problems.some(each => each.refused) ? 'REFUSING' : problems.length ? 'ATTENTION' : 'UP';
    if (place('overall').textContent !== say(overall)) {
        place('overall').textContent = say(overall);
    }
    place('overall').className = `state ${overall}`;
    place('problems-section').hidden = problems.length === 0;
    const shown = JSON.stringify(problems);
    // a link keeps the focus while nothing changes
    if (shown !== place('problems').dataset.shown) {
        place('problems').dataset.shown = shown;
        place('problems').replaceChildren(...problems.map(({words, runbook, routes}) => h('li', {}, words,
            runbook && runbookLink(runbook),
            routes && h('a', {href: '/hawtio/camel'}, say('open.hawtio')))));
    }
}

/** @returns whether a context is down */
function showProcesses(processes, problems) {
    processes.forEach(each => {
        if (!each.health) {
            problems.push({words: say('problem.away', {at: each.at, reason: each.error, contexts: contextsOf(each).map(([name]) => name).join(', ')}), runbook: 'ContextMissing'});
            return;
        }
        Object.entries(each.health.components).filter(([, {status}]) => status !== 'UP').forEach(([context, {status, components = {}}]) => {
            const failed = Object.entries(components).filter(([, part]) => part.status !== 'UP');
            const parts = failed.map(([part, {details}]) => details?.error ? `${part}, ${details.error.replace(/^[\w.$]+(?:Exception|Error): /, '')}` : part);
            problems.push({words: say('problem.down', {context, state: say(status), reason: parts.length ? ` (${parts.join('; ')})` : ''}),
                runbook: failed.map(([part]) => SECTIONS[part]).find(Boolean), routes: each.here && failed.some(([part]) => part === 'routes')});
        });
    });
    const seen = new Set();
    place('processes').replaceChildren(...processes.map(each => {
        const contexts = contextsOf(each);
        contexts.forEach(([name]) => seen.add(name));
        // other processes refuse links from this page, which is another site for them
        const links = each.here && [['/hawtio', 'Hawtio'], ['/actuator/prometheus', say('metrics')]].map(([path, text]) =>
            h('a', {href: path, 'aria-label': `${text}, ${each.at}`}, text));
        return h('li', {class: contexts.length > 1 ? 'several' : '', 'data-at': each.at},
            h('ul', {}, contexts.map(([name, context]) => contextOf(name, context))),
            each.error && h('p', {class: 'error'}, each.error),
            h('p', {class: 'where'}, h('span', {}, each.at.replace('http://', ''), each.here && ` (${say('here')})`), h('span', {}, !each.error && links)));
    }));
    const unseen = CONTEXTS.filter(each => !seen.has(each));
    place('unseen').textContent = unseen.length ? say('unseen', {contexts: unseen.join(', ')}) : '';
    return !processes.every(each => each.health?.status === 'UP');
}

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
        h('ul', {}, Object.entries(components).map(([part, {status: state, details}]) => h('li', {},
            h('span', {class: `dot ${state}`, 'aria-hidden': 'true'}), part, state !== 'UP' && ` ${say(state)}`,
            details && h('small', {}, ` ${Object.entries(details).map(([key, value]) => `${key}: ${value}`).join(', ')}`)))));
}

function showFigures(all, problems) {
    const of = (name, label, value) => all.filter(each => each.name === name && (!label || each.label(label) === value));
    const added = samples => {
        // replicas report the same values for shared resources
        const shared = new Map();
        samples.filter(each => Number.isFinite(each.value)).forEach(each => shared.set(each.labels, Math.max(each.value, shared.get(each.labels) ?? 0)));
        return shared.size ? [...shared.values()].reduce((total, value) => total + value, 0) : null;
    };
    const most = samples => samples.reduce((highest, each) => each.value > (highest?.value ?? -1) ? each : highest, null);
    const readers = of('phone82_stream_readers');
    const recent = outcomes(WINDOW);
    const states = of('resilience4j_circuitbreaker_state').filter(each => each.value === 1 && each.label('name') === 'pay').map(each => each.label('state'));
    const deadLetters = added(of('phone82_dead_letters'));
    const refunds = added(of('phone82_payments', 'status', 'RefundFailed'));
    if (recent.refused > 0) {
        const causes = Object.entries(recent.causes).map(([status, count]) => cause(status, count));
        problems.push({refused: true, words: say('problem.refused', {refused: recent.refused, all: recent.refused + recent.accepted, seconds: recent.seconds, causes: causes.join(', ')}),
            runbook: recent.causes[500] ? 'OrdersFailFast' : 'OrdersRefused'});
    }
    if (states.some(each => each !== 'closed')) {
        problems.push({refused: true, words: say('problem.breaker', {state: breakerWords(states)}), runbook: 'PaymentBreakerOpen'});
    }
    if (deadLetters > 0) {
        const contexts = [...new Set(of('phone82_dead_letters').map(each => each.label('context')))].map(context => ({context, count: added(of('phone82_dead_letters', 'context', context))}));
        problems.push({words: say('problem.dead-letters', {contexts: contexts.filter(({count}) => count > 0).map(each => say('problem.dead-letters.of', each)).join(', ')}), runbook: 'DeadLetters'});
    }
    const stuck = most(of('phone82_orders_stuck'));
    if (stuck?.value > 0) {
        problems.push({words: say('problem.stuck', {count: stuck.value}), runbook: 'OrdersStuck'});
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
    if (intent?.value > 600) {
        problems.push({words: say('problem.payments', {minutes: Math.round(intent.value / 60)}), runbook: 'PaymentsStuck'});
    }
    if (of('phone82_audit_failing').some(each => each.value > 0)) {
        problems.push({words: say('problem.audit'), runbook: 'AuditNotWritten'});
    }
    if (refunds > 0) {
        problems.push({words: say('problem.refunds', {count: refunds}), runbook: 'RefundFailed'});
    }
    place('metrics').replaceChildren(
        figure('orders', recent.accepted, () => false, recent.seconds),
        figure('refused', recent.refused, number => number > 0, recent.seconds),
        figure('declined', recent.declined, () => false, recent.seconds),
        figure('breaker', states.length ? breakerWords(states) : null, () => states.some(each => each !== 'closed')),
        figure('dead-letters', deadLetters, number => number > 0),
        figure('cancellations', added(of('phone82_cancellations_open', 'context', 'app')), number => number > 10),
        figure('payments', added(of('phone82_payments').filter(each => each.label('status') !== 'RefundFailed')), () => intent?.value > 600),
        figure('refunds', refunds, number => number > 0),
        figure('outbox', added(of('phone82_outbox_events')), number => number > 1000),
        figure('waiting', added(of('phone82_queue_messages')), number => number > 1000),
        figure('readers', readers.length ? readers.reduce((total, each) => total + each.value, 0) : null, () => false));
}

function breakerWords(states) {
    const worst = BREAKER.find(each => states.includes(each));
    const alike = states.filter(each => each === worst).length;
    return alike === states.length ? say(worst) : say('some', {state: say(worst), count: alike, all: states.length});
}

function figure(id, value, isBad, seconds) {
    const bad = value != null && isBad(value);
    return h('div', {id, class: bad ? 'bad' : ''}, h('dt', {}, say(id), seconds > 0 && h('small', {}, ` ${say('in', {seconds})}`)),
        value == null ? h('dd', {}, h('span', {'aria-hidden': 'true'}, '–'), h('span', {class: 'unseen'}, say('unknown')))
            : h('dd', {}, typeof value === 'number' ? value.toLocaleString(root.lang) : value, bad && h('span', {class: 'unseen'}, ` ${say('attention')}`)));
}

/** Counts orders at app and the gateway by their outcome. The counters of a restarted process begin at zero. */
function count(processes) {
    const sums = {...refreshes[refreshes.length - 1]?.sums};
    processes.filter(each => each.samples.length).forEach(({at, samples: all}) => {
        const before = counted.get(at);
        const values = new Map();
        all.filter(each => each.name === 'http_server_requests_seconds_count').forEach(each => {
            const last = before ? before.get(each.labels) ?? 0 : each.value;
            const key = `${each.label('context')} ${each.label('status')}`;
            sums[key] = (sums[key] ?? 0) + (each.value < last ? each.value : each.value - last);
            values.set(each.labels, each.value);
        });
        counted.set(at, values);
    });
    refreshes.push({at: performance.now(), sums});
    while (refreshes.length > 2 && refreshes[1].at < performance.now() - 2 * WINDOW) {
        refreshes.shift();
    }
}

/** The outcomes of the orders within the last milliseconds, or since this page was opened. */
function outcomes(milliseconds) {
    const newest = refreshes[refreshes.length - 1];
    return between(refreshes.findLast(each => each.at <= newest.at - milliseconds) ?? refreshes[0], newest);
}

/** The gateway passes orders on to app, which also gets direct ones. An order that both have seen is counted once. */
function between(first, newest) {
    const of = (context, status) => (newest.sums[`${context} ${status}`] ?? 0) - (first.sums[`${context} ${status}`] ?? 0);
    const most = status => Math.max(of('app', status), of('gateway', status));
    const statuses = new Set(Object.keys(newest.sums).map(key => key.split(' ')[1]));
    const causes = Object.fromEntries([...statuses].filter(isRefusal).map(each => [each, most(each)]).filter(([, number]) => number > 0));
    return {accepted: most('201'), declined: most('402'), refused: Object.values(causes).reduce((sum, each) => sum + each, 0), causes,
        seconds: Math.round((newest.at - first.at) / 1000)};
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
    place('audit-missing').textContent = missing.length ? say('audit.missing', {processes: missing.join('; ')}) : '';
    place('audit-none').textContent = items.length ? '' : say('none');
    place('audit-table').hidden = items.length === 0;
    place('audit-entries').replaceChildren(...items.map(each => h('tr', {class: /^(401|403)$/.test(each.result) ? 'bad' : ''},
        h('td', {}, new Date(each.time).toLocaleString(root.lang)), h('td', {}, each.subject ?? '–'), h('td', {}, each.roles.join(', ')),
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
    root.lang = root.lang === 'ko' ? 'en' : 'ko';
    keep(root.lang);
    show();
});

root.lang = ([kept(), ...navigator.languages].find(each => /^(ko|en)\b/i.test(each ?? '')) ?? 'en').slice(0, 2).toLowerCase();
show();
look();
