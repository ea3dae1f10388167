// One look at how phone82 is, from the health and the figures of all its processes.
const EVERY = 5000;
const WINDOW = 60_000;
const CONTEXTS = ['gateway', 'app', 'pay', 'store', 'customer', 'coordinator', 'broker'];
/** What is worst is shown, where several replicas have a breaker each. */
const BREAKER = ['open', 'forced_open', 'half_open', 'disabled', 'metrics_only', 'closed'];

const WORDS = {
    en: {
        title: 'Operator · phone82', other: '한국어', metrics: 'Metrics', health: 'Health', now: 'Now', contexts: 'Contexts', here: 'this process',
        orders: 'Orders a minute', breaker: 'Breaker of the payment', 'dead-letters': 'Dead letters', cancellations: 'Open cancellations',
        refunds: 'Failed refunds', outbox: 'Events to be sent', readers: 'Readers of the stream', attention: 'needs attention', unknown: 'not known',
        age: 'As of {time}, looked at every {seconds} s.', trouble: 'This process does not answer ({reason}). What is shown is how it was last.',
        unseen: 'No process shows: {contexts}.', UP: 'UP', DOWN: 'DOWN', AWAY: 'AWAY',
        closed: 'closed', open: 'open', half_open: 'half open', forced_open: 'forced open', disabled: 'disabled', metrics_only: 'disabled', some: '{state}, {count} of {all}',
    },
    ko: {
        title: '운영 · phone82', other: 'English', metrics: '지표', health: '상태', now: '현재', contexts: '컨텍스트', here: '이 프로세스',
        orders: '분당 주문', breaker: '결제 차단기', 'dead-letters': '배달 못 한 이벤트', cancellations: '진행 중인 취소',
        refunds: '실패한 환불', outbox: '보낼 이벤트', readers: '스트림 구독자', attention: '확인 필요', unknown: '알 수 없음',
        age: '{time} 기준, {seconds}초마다 확인합니다.', trouble: '이 프로세스가 응답하지 않습니다({reason}). 마지막 상태를 보여 드립니다.',
        unseen: '어느 프로세스에도 없음: {contexts}.', UP: '정상', DOWN: '장애', AWAY: '연결 안 됨',
        closed: '닫힘', open: '열림', half_open: '반열림', forced_open: '강제 열림', disabled: '꺼짐', metrics_only: '꺼짐', some: '{state}, {all}개 중 {count}개',
    },
};

const place = id => document.getElementById(id);
const root = document.documentElement;
const say = (key, values = {}) => (WORDS[root.lang][key] ?? key).replace(/\{(\w+)}/g, (whole, name) => values[name] ?? '');

/** What was ordered, of each process when it was last seen, and of all together since this page is open. */
const totals = new Map();
const ordered = [];
/** Which contexts a process has, also while it is away. */
const known = new Map();
let sum = 0;
let last;

function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.append(...children.flat().filter(child => child != null && child !== false));
    return element;
}

/** The samples of Prometheus' text format: name, labels, value. */
function samples(text) {
    return text.split('\n').filter(line => line && !line.startsWith('#')).map(line => {
        const [, name, labels = '', value] = /^(\w+)(?:\{(.*)})? (\S+)/.exec(line) ?? [];
        return {name, labels, value: Number(value), label: key => new RegExp(`(?:^|,)${key}="([^"]*)"`).exec(labels)?.[1]};
    });
}

async function look() {
    try {
        const answer = await fetch('/processes', {cache: 'no-store'});
        if (!answer.ok) {
            throw new Error(`status ${answer.status}`);
        }
        const processes = (await answer.json()).map(each => ({...each, samples: samples(each.figures ?? '')}));
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
    if (last) {
        showProcesses(last.processes);
        showFigures(last.processes.flatMap(each => each.samples));
        place('age').textContent = say('age', {time: last.at.toLocaleTimeString(root.lang), seconds: EVERY / 1000});
    }
}

function showProcesses(processes) {
    const up = processes.every(each => each.health?.status === 'UP');
    place('overall').textContent = say(up ? 'UP' : 'DOWN');
    place('overall').className = `state ${up ? 'UP' : 'DOWN'}`;
    const seen = new Set();
    place('processes').replaceChildren(...processes.map(each => {
        const contexts = contextsOf(each);
        contexts.forEach(([name]) => seen.add(name));
        // another process would refuse a link from here: it takes this page for one of another site
        const links = each.here && [['/hawtio', 'Hawtio'], ['/actuator/prometheus', say('metrics')]].map(([path, text]) =>
            h('a', {href: path, 'aria-label': `${text}, ${each.at}`}, text));
        return h('li', {class: contexts.length > 1 ? 'several' : '', 'data-at': each.at},
            h('ul', {}, contexts.map(([name, context]) => contextOf(name, context))),
            each.error && h('p', {class: 'error'}, each.error),
            h('p', {class: 'where'}, h('span', {}, each.at.replace('http://', ''), each.here && ` (${say('here')})`), h('span', {}, !each.error && links)));
    }));
    const unseen = CONTEXTS.filter(each => !seen.has(each));
    place('unseen').textContent = unseen.length ? say('unseen', {contexts: unseen.join(', ')}) : '';
}

/** Of a process that is away those that it has told before, or at least where it should be. */
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

function showFigures(all) {
    const of = (name, label, value) => all.filter(each => each.name === name && (!label || each.label(label) === value));
    const added = samples => {
        // replicas tell the same of what they share
        const shared = new Map();
        samples.filter(each => Number.isFinite(each.value)).forEach(each => shared.set(each.labels, Math.max(each.value, shared.get(each.labels) ?? 0)));
        return shared.size ? [...shared.values()].reduce((total, value) => total + value, 0) : null;
    };
    const readers = of('phone82_stream_readers');
    place('figures').replaceChildren(
        figure('orders', perMinute(), () => false),
        breaker(of('resilience4j_circuitbreaker_state').filter(each => each.value === 1).map(each => each.label('state'))),
        figure('dead-letters', added(of('phone82_dead_letters')), number => number > 0),
        figure('cancellations', added(of('phone82_cancellations_open', 'context', 'app')), number => number > 10),
        figure('refunds', added(of('phone82_payments', 'status', 'RefundFailed')), number => number > 0),
        figure('outbox', added(of('phone82_outbox_events')), number => number > 1000),
        figure('readers', readers.length ? readers.reduce((total, each) => total + each.value, 0) : null, () => false));
}

function breaker(states) {
    const worst = BREAKER.find(each => states.includes(each));
    const alike = states.filter(each => each === worst).length;
    return figure('breaker', !worst ? null : alike === states.length ? say(worst) : say('some', {state: say(worst), count: alike, all: states.length}),
        () => worst !== 'closed');
}

function figure(id, value, isBad) {
    const bad = value != null && isBad(value);
    return h('div', {id, class: bad ? 'bad' : ''}, h('dt', {}, say(id)),
        value == null ? h('dd', {}, h('span', {'aria-hidden': 'true'}, '–'), h('span', {class: 'unseen'}, say('unknown')))
            : h('dd', {}, typeof value === 'number' ? value.toLocaleString(root.lang) : value, bad && h('span', {class: 'unseen'}, ` ${say('attention')}`)));
}

/** A process that has started anew counts from nothing. */
function count(processes) {
    let some = false;
    processes.forEach(({at, samples: all}) => {
        const own = all.filter(each => each.name === 'phone82_events_sent_total' && each.label('event') === 'Ordered');
        if (own.length) {
            some = true;
            const total = own.reduce((added, each) => added + each.value, 0);
            const before = totals.get(at) ?? total;
            sum += total < before ? total : total - before;
            totals.set(at, total);
        }
    });
    if (some) {
        ordered.push({at: performance.now(), sum});
    }
    while (ordered.length > 2 && ordered[1].at < performance.now() - WINDOW) {
        ordered.shift();
    }
}

/** What was added within the last minute, or since this page is open, counted up to a minute. */
function perMinute() {
    if (!ordered.length) {
        return null;
    }
    const first = ordered[0];
    const newest = ordered[ordered.length - 1];
    return newest.at === first.at ? 0 : Math.round((newest.sum - first.sum) * 60_000 / (newest.at - first.at));
}

function keep(language) {
    try {
        localStorage.setItem('language', language);
    } catch {
        // private window: for this visit only
    }
}

function kept() {
    try {
        return localStorage.getItem('language');
    } catch {
        return null;
    }
}

place('language').addEventListener('click', () => {
    root.lang = root.lang === 'ko' ? 'en' : 'ko';
    keep(root.lang);
    show();
});

root.lang = kept() ?? (navigator.languages.find(each => /^(ko|en)\b/i.test(each)) ?? 'en').slice(0, 2).toLowerCase();
show();
look();
