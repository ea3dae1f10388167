// The state of phone82 at a glance, from the health and the metrics of all its processes.
const EVERY = 5000;
const WINDOW = 60_000;
/** Time span of the chart of orders, ms. */
const COURSE = 60 * 60_000;
/** Time span of one bar, ms. */
const BAR = 15_000;
const CONTEXTS = ['gateway', 'app', 'pay', 'store', 'customer', 'coordinator', 'broker'];
/** States of a breaker, worst first: of several replicas the worst state is shown. */
const BREAKER = ['open', 'forced_open', 'half_open', 'disabled', 'metrics_only', 'closed'];

const WORDS = {
    en: {
        title: 'Operator · phone82', other: '한국어', metrics: 'Metrics', health: 'Health', now: 'Now', contexts: 'Contexts', here: 'this process',
        orders: 'Orders accepted', refused: 'Orders refused', declined: 'Payments declined', in: 'in {seconds} s', breaker: 'Breaker of the payment', 'dead-letters': 'Dead letters', cancellations: 'Open cancellations',
        refunds: 'Failed refunds', outbox: 'Events to be sent', readers: 'Readers of the stream', attention: 'needs attention', unknown: 'not known',
        age: 'As of {time}, refreshed every {seconds} s.', trouble: 'This process does not answer ({reason}). The page shows its last known state.',
        unseen: 'No process shows: {contexts}.', UP: 'UP', DOWN: 'DOWN', AWAY: 'UNREACHABLE', REFUSING: 'CUSTOMERS REFUSED', ATTENTION: 'NEEDS ATTENTION',
        problems: 'What is wrong', 'problem.refused': '{refused} of {all} orders were refused in the last {seconds} s: {causes}.', 'cause.500': '{count} failed (500)', 'cause.503': '{count} found payment unavailable or too busy (503)', 'cause.429': '{count} came too fast (429)', 'cause.closed': '{count} were aborted by the customer', 'cause.other': '{count} with status {status}',
        'problem.breaker': 'The circuit breaker of the payment is {state}: orders are refused at once. Look at pay and its provider.', 'problem.down': '{context} is {state}{reason}.', 'problem.away': 'The process at {at} does not answer ({reason}): {contexts}.', 'problem.dead-letters': 'Events that could not be processed: {count}. List and replay them with the command dead-letters.', 'problem.refunds': 'Failed refunds: {count}. Run the command refunds.',
        'problem.audit': 'The audit cannot be written; its entries are in the log. Check the disk of the data folder.',
        audit: 'Who did what', show: 'Show', subject: 'Subject', correlation: 'Correlation id', order: 'Order or other object', time: 'Time', action: 'Action', result: 'Result', roles: 'Roles', none: 'No entry.', 'audit.missing': 'Not read: {processes}.', 'audit.omitted': ', {count} anonymous ones before it not recorded',
        course: 'Orders since this page is open, at most an hour', 'course.text': '{accepted} accepted, {refused} refused.',
        closed: 'closed', open: 'open', half_open: 'half open', forced_open: 'forced open', disabled: 'disabled', metrics_only: 'disabled', some: '{state}, {count} of {all}',
    },
    ko: {
        title: '운영 · phone82', other: 'English', metrics: '지표', health: '상태', now: '현재', contexts: '컨텍스트', here: '이 프로세스',
        orders: '접수된 주문', refused: '거절된 주문', declined: '승인 거절', in: '{seconds}초 동안', breaker: '결제 차단기', 'dead-letters': '배달 못 한 이벤트', cancellations: '진행 중인 취소',
        refunds: '실패한 환불', outbox: '보낼 이벤트', readers: '스트림 구독자', attention: '확인 필요', unknown: '알 수 없음',
        age: '{time} 기준, {seconds}초마다 확인합니다.', trouble: '이 프로세스가 응답하지 않습니다({reason}). 마지막 상태를 보여 드립니다.',
        unseen: '어느 프로세스에도 없음: {contexts}.', UP: '정상', DOWN: '장애', AWAY: '연결 안 됨', REFUSING: '주문 거절 중', ATTENTION: '확인 필요',
        problems: '문제', 'problem.refused': '최근 {seconds}초 동안 주문 {all}건 중 {refused}건이 거절되었습니다: {causes}.', 'cause.500': '오류 {count}건(500)', 'cause.503': '결제 불가 또는 혼잡 {count}건(503)', 'cause.429': '요청 과다 {count}건(429)', 'cause.closed': '고객 포기 {count}건', 'cause.other': '상태 {status} {count}건',
        'problem.breaker': '결제 차단기가 {state} 상태입니다. 주문이 바로 거절됩니다. pay와 결제사를 확인하세요.', 'problem.down': '{context}: {state}{reason}.', 'problem.away': '{at} 프로세스가 응답하지 않습니다({reason}): {contexts}.', 'problem.dead-letters': '처리하지 못한 이벤트가 {count}건 있습니다. dead-letters 명령으로 확인하고 다시 처리하세요.', 'problem.refunds': '환불 {count}건이 실패했습니다. refunds 명령을 실행하세요.',
        'problem.audit': '감사 기록을 쓸 수 없어 로그에 남기고 있습니다. 데이터 폴더의 디스크를 확인하세요.',
        audit: '감사 기록', show: '조회', subject: '사용자', correlation: '상관관계 ID', order: '주문 등 대상', time: '시각', action: '작업', result: '결과', roles: '역할', none: '기록이 없습니다.', 'audit.missing': '읽지 못함: {processes}.', 'audit.omitted': ', 그 전의 익명 거절 {count}건은 기록하지 않음',
        course: '이 화면을 연 뒤의 주문(최대 1시간)', 'course.text': '접수 {accepted}건, 거절 {refused}건.',
        closed: '닫힘', open: '열림', half_open: '반열림', forced_open: '강제 열림', disabled: '꺼짐', metrics_only: '꺼짐', some: '{state}, {all}개 중 {count}개',
    },
};

const place = id => document.getElementById(id);
const root = document.documentElement;
const say = (key, values = {}) => (WORDS[root.lang][key] ?? key).replace(/\{(\w+)}/g, (whole, name) => values[name] ?? '');

/** The counters of each process at the last refresh. */
const counted = new Map();
/** The outcomes of orders since this page was opened: by context and status, one entry per refresh. */
const course = [];
/** The contexts of each process, kept while it is unreachable. */
const known = new Map();
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
    if (last) {
        const problems = [];
        showFigures(last.processes.flatMap(each => each.samples), problems);
        const down = showProcesses(last.processes, problems);
        showCourse();
        showProblems(problems, down);
        place('age').textContent = say('age', {time: last.at.toLocaleTimeString(root.lang), seconds: EVERY / 1000});
    }
}

/** The overall state is UP only if no orders are refused. */
function showProblems(problems, down) {
    const overall = down ? 'DOWN' : problems.some(each => each.refused) ? 'REFUSING' : problems.length ? 'ATTENTION' : 'UP';
    if (place('overall').textContent !== say(overall)) {
        place('overall').textContent = say(overall);
    }
    place('overall').className = `state ${overall}`;
    place('problems-section').hidden = problems.length === 0;
    place('problems').replaceChildren(...problems.map(({words}) => h('li', {}, words)));
}

/** @returns whether a context is down */
function showProcesses(processes, problems) {
    processes.forEach(each => {
        if (!each.health) {
            problems.push({words: say('problem.away', {at: each.at, reason: each.error, contexts: contextsOf(each).map(([name]) => name).join(', ')})});
            return;
        }
        Object.entries(each.health.components).filter(([, {status}]) => status !== 'UP').forEach(([context, {status, components = {}}]) => {
            const parts = Object.entries(components).filter(([, part]) => part.status !== 'UP').map(([part, {details}]) => details?.error ? `${part}, ${details.error}` : part);
            problems.push({words: say('problem.down', {context, state: say(status), reason: parts.length ? ` (${parts.join('; ')})` : ''})});
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
    const readers = of('phone82_stream_readers');
    const recent = outcomes(WINDOW);
    const states = of('resilience4j_circuitbreaker_state').filter(each => each.value === 1).map(each => each.label('state'));
    const deadLetters = added(of('phone82_dead_letters'));
    const refunds = added(of('phone82_payments', 'status', 'RefundFailed'));
    if (recent.refused > 0) {
        const causes = Object.entries(recent.causes).map(([status, count]) => say(WORDS[root.lang][`cause.${status}`] ? `cause.${status}` : 'cause.other', {status, count}));
        problems.push({refused: true, words: say('problem.refused', {refused: recent.refused, all: recent.refused + recent.accepted, seconds: recent.seconds, causes: causes.join(', ')})});
    }
    if (states.some(each => each !== 'closed')) {
        problems.push({refused: true, words: say('problem.breaker', {state: breakerWords(states)})});
    }
    if (deadLetters > 0) {
        problems.push({words: say('problem.dead-letters', {count: deadLetters})});
    }
    if (of('phone82_audit_failing').some(each => each.value > 0)) {
        problems.push({words: say('problem.audit')});
    }
    if (refunds > 0) {
        problems.push({words: say('problem.refunds', {count: refunds})});
    }
    place('metrics').replaceChildren(
        figure('orders', recent.accepted, () => false, recent.seconds),
        figure('refused', recent.refused, number => number > 0, recent.seconds),
        figure('declined', recent.declined, () => false, recent.seconds),
        figure('breaker', states.length ? breakerWords(states) : null, () => states.some(each => each !== 'closed')),
        figure('dead-letters', deadLetters, number => number > 0),
        figure('cancellations', added(of('phone82_cancellations_open', 'context', 'app')), number => number > 10),
        figure('refunds', refunds, number => number > 0),
        figure('outbox', added(of('phone82_outbox_events')), number => number > 1000),
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
    const sums = {...course[course.length - 1]?.sums};
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
    course.push({at: performance.now(), sums});
    while (course.length > 2 && course[1].at < performance.now() - COURSE) {
        course.shift();
    }
}

/** The outcomes of the orders within the last milliseconds, or since this page was opened. */
function outcomes(milliseconds) {
    const newest = course[course.length - 1];
    return between(course.findLast(each => each.at <= newest.at - milliseconds) ?? course[0], newest);
}

/** The gateway passes orders on to app, which also gets direct ones. An order that both have seen is counted once. */
function between(first, newest) {
    const of = (context, status) => (newest.sums[`${context} ${status}`] ?? 0) - (first.sums[`${context} ${status}`] ?? 0);
    const most = status => Math.max(of('app', status), of('gateway', status));
    const statuses = new Set(Object.keys(newest.sums).map(key => key.split(' ')[1]));
    const causes = Object.fromEntries([...statuses].filter(each => /^5|^429$|^closed$/.test(each)).map(each => [each, most(each)]).filter(([, number]) => number > 0));
    return {accepted: most('201'), declined: most('402'), refused: Object.values(causes).reduce((sum, each) => sum + each, 0), causes,
        seconds: Math.round((newest.at - first.at) / 1000)};
}

const SVG = 'http://www.w3.org/2000/svg';

/** Draws bars of accepted orders, with refused orders on top of them. */
function showCourse() {
    const bars = [];
    let first = course[0];
    course.forEach((each, i) => {
        if (each.at - first.at >= BAR || i === course.length - 1 && i > 0) {
            bars.push(between(first, each));
            first = each;
        }
    });
    const highest = Math.max(1, ...bars.map(each => each.accepted + each.refused));
    const count = Math.max(bars.length, 20);
    const chart = place('course');
    chart.setAttribute('viewBox', `0 0 ${count * 4} 40`);
    chart.replaceChildren(...bars.flatMap(({accepted, refused}, i) => [['accepted', accepted, 0], ['refused', refused, accepted]].map(([kind, number, below]) => {
        const bar = document.createElementNS(SVG, 'rect');
        Object.entries({class: kind, x: i * 4, width: 3, y: 40 - (below + number) * 40 / highest, height: number * 40 / highest}).forEach(([name, value]) => bar.setAttribute(name, value));
        return bar;
    })));
    place('course-text').textContent = say('course.text', between(course[0], course[course.length - 1]));
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
