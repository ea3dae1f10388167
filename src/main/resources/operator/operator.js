// One look at how phone82 is, from the health and the figures of this process.
const EVERY = 5000;
const WINDOW = 60_000;

const place = id => document.getElementById(id);
const ordered = [];

function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.append(...children.flat());
    return element;
}

/** The samples of Prometheus' text format: name, labels, value. */
export function samples(text) {
    return text.split('\n').filter(line => line && !line.startsWith('#')).map(line => {
        const [, name, labels = '', value] = /^(\w+)(?:\{(.*)})? (\S+)/.exec(line) ?? [];
        return {name, value: Number(value), labels: Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, each]) => [key, each]))};
    });
}

async function look() {
    try {
        const [health, figures] = await Promise.all([
            // 503 is an answer, too: somebody is down
            fetch('/actuator/health', {cache: 'no-store'}).then(answer => answer.json()),
            fetch('/actuator/prometheus', {cache: 'no-store'}).then(answer => answer.ok ? answer.text() : Promise.reject(new Error(`status ${answer.status}`)))]);
        place('trouble').textContent = '';
        place('age').textContent = `As of ${new Date().toLocaleTimeString()}, looked at every ${EVERY / 1000} s.`;
        showHealth(health);
        showFigures(samples(figures));
    } catch (failure) {
        place('trouble').textContent = `This process does not answer (${failure.message}). What is shown is how it was last.`;
    }
    setTimeout(look, EVERY);
}

function showHealth({status, components = {}}) {
    place('overall').textContent = status;
    place('overall').className = `state ${status}`;
    place('contexts').replaceChildren(...Object.entries(components).map(([name, context]) => h('li', {'data-context': name},
        h('div', {class: 'context'}, h('strong', {}, name), h('span', {class: `state ${context.status}`}, context.status)),
        h('ul', {}, Object.entries(context.components ?? {}).map(([part, {status: state, details}]) => h('li', {},
            h('span', {class: `dot ${state}`, 'aria-hidden': 'true'}), `${part} ${state === 'UP' ? '' : state}`,
            details ? h('small', {}, ` ${Object.entries(details).map(([key, value]) => `${key}: ${value}`).join(', ')}`) : ''))))));
}

function showFigures(all) {
    const of = (name, labels = {}) => all.filter(each => each.name === name && Object.entries(labels).every(([key, value]) => each.labels[key] === value));
    const sum = (name, labels) => {
        const found = of(name, labels);
        return found.length ? found.reduce((total, each) => total + each.value, 0) : null;
    };
    const breaker = of('resilience4j_circuitbreaker_state').find(each => each.value === 1)?.labels.state ?? null;
    place('figures').replaceChildren(
        figure('orders', 'Orders a minute', perMinute(sum('phone82_events_sent_total', {event: 'Ordered'})), () => false),
        figure('breaker', 'Breaker of the payment', breaker, state => state !== 'closed'),
        figure('dead-letters', 'Dead letters', sum('phone82_dead_letters'), number => number > 0),
        figure('cancellations', 'Open cancellations', of('phone82_cancellations_open', {context: 'app'})[0]?.value ?? null, number => number > 10),
        figure('outbox', 'Events to be sent', sum('phone82_outbox_events'), number => number > 1000),
        figure('readers', 'Readers of the stream', sum('phone82_stream_readers'), () => false));
}

function figure(id, name, value, isBad) {
    const bad = value != null && isBad(value);
    return h('div', {id, class: bad ? 'bad' : ''}, h('dt', {}, name),
        h('dd', {}, value == null ? '–' : String(value), bad ? h('span', {class: 'unseen'}, ' needs attention') : ''));
}

/** What was added within the last minute, or since this page is open, counted up to a minute. */
function perMinute(total) {
    if (total == null) {
        return null;
    }
    ordered.push({at: performance.now(), total});
    while (ordered.length > 2 && ordered[1].at < performance.now() - WINDOW) {
        ordered.shift();
    }
    const [first] = ordered;
    const last = ordered[ordered.length - 1];
    return last.at === first.at ? 0 : Math.round((last.total - first.total) * 60_000 / (last.at - first.at));
}

look();
