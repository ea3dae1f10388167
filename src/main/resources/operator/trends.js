// The last hour of orders and contexts: tables of numbers, each with its trend as a line.
import {clock, get, h, language, place, say, WORDS} from '/words.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Series of counts, which are added over processes; of all others the largest value is shown. */
const COUNTS = /^(requests|errors|seconds|shipped|order .*)$/;
const BREAKER = ['closed', 'half_open', 'open'];

/** So many declined or aborted orders, and such a part of all, are a failure. */
const MANY = {orders: 10, part: 0.5};

let report;

export async function readTrends() {
    try {
        const answer = await get('/trends');
        if (answer.ok) {
            report = await answer.json();
        }
    } catch {
        // the page already shows that this process does not answer
    }
}

/** The number since 1970 of the newest sample that each process has. */
function end() {
    const lasts = report.processes.map(({last}) => last);
    return Math.min(...lasts.filter(last => last > Math.max(...lasts) - 4));
}

/** The time at which a sample ended, by its place in a series. */
const timeOf = place => new Date((end() - report.samples + 1 + place) * report.seconds * 1000);

/** The series of all processes on one axis of time. It ends where each process has a sample. */
function series() {
    const all = new Map();
    const ends = end();
    report.processes.forEach(({last, series: own}) => own.forEach(({context, name, values}) => {
        const key = `${context} ${name}`;
        const sum = all.get(key) ?? new Array(report.samples).fill(null);
        values.forEach((value, i) => {
            const at = report.samples + last - ends - values.length + i;
            if (value != null && at >= 0 && at < sum.length) {
                sum[at] = sum[at] == null ? value : COUNTS.test(name) ? sum[at] + value : Math.max(sum[at], value);
            }
        });
        all.set(key, sum);
    }));
    return all;
}

/** The orders of the last hour by status, and the shipped ones: a count for each sample (null: unknown), and at last that of the time since then. */
function orders() {
    const all = new Map();
    const ends = end();
    report.processes.forEach(({last, series: own}) => own.filter(({name}) => /^order |^shipped$/.test(name)).forEach(({context, name, values, since}) => {
        const status = name.replace('order ', '');
        const counts = all.get(status)?.[context] ?? new Array(report.samples + 1).fill(null);
        [...values, since].forEach((value, i) => {
            const at = Math.min(report.samples + last - ends - values.length + i, report.samples);
            if (value != null && at >= 0) {
                counts[at] += value;
            }
        });
        all.set(status, {...all.get(status), [context]: counts});
    }));
    // the gateway passes orders on to app, which also gets direct ones: an order that both have seen is counted once
    return new Map([...all].map(([status, contexts]) => [status, Object.values(contexts).reduce((one, other) => added(other) > added(one) ? other : one)]));
}

/**
 * The orders of the last minute and of the last hour; null before the first sample. A failure that goes on began with the first of its orders
 * after which no minute has passed without one. Single declined and aborted orders are no failure.
 */
export function orderCounts() {
    if (!report || end() === 0 || !Number.isFinite(end())) {
        return null;
    }
    const all = orders();
    const sum = (matches, from = 0) => [...all].filter(([status]) => matches(status)).reduce((total, [, counts]) => total + added(counts.slice(from)), 0);
    const failure = (matches, among, part = 0) => {
        const inEach = wanted => new Array(report.samples + 1).fill(0).map((none, i) => [...all].reduce((total, [status, counts]) => total + (wanted(status) ? counts[i] : 0), 0));
        const failed = inEach(matches);
        const answered = inEach(among);
        const last = failed.findLastIndex(count => count > 0);
        let first = last;
        for (let i = last; i >= 0 && i >= first - perMinute(); i--) {
            first = failed[i] > 0 && failed[i] >= part * answered[i] ? i : first;
        }
        const causes = from => [...all].filter(([status]) => matches(status)).map(([status, counts]) => ({status, count: added(counts.slice(from))})).filter(each => each.count > 0)
            .sort((one, other) => other.count - one.count);
        return {hour: added(failed), minute: added(failed.slice(-perMinute() - 1)), causes: causes(0), last: last >= 0 && last < report.samples ? timeOf(last) : new Date(),
            going: {since: timeOf(first - 1), count: added(failed.slice(first)), all: added(answered.slice(first)), causes: causes(first)}};
    };
    const many = (status, among) => {
        const found = failure(each => each === status, among, MANY.part);
        return {...found, isMany: found.minute > 0 && found.going.count >= MANY.orders && found.going.count >= found.going.all * MANY.part};
    };
    return {hour: sum(isAnswered), accepted: sum(status => status === '201', -perMinute() - 1), refused: failure(isRefusal, isAnswered),
        declined: many('402', status => /^(201|402)$/.test(status)), aborted: many('closed', isAnswered)};
}

const isRefusal = status => /^5|^429$/.test(status);
const isAnswered = status => isRefusal(status) || /^(201|402)$/.test(status);

/** @param contexts their names, in the order of the rows */
export function showTrends(contexts) {
    const all = report ? series() : new Map();
    const hasCounts = [...all.keys()].some(key => key.endsWith(' requests') && all.get(key).some(value => value != null));
    place('trends-none').hidden = hasCounts;
    place('order-trends').hidden = place('context-trends').hidden = !hasCounts;
    if (hasCounts) {
        const of = (context, name) => all.get(`${context} ${name}`) ?? new Array(report.samples).fill(null);
        showOrders();
        showContexts(of, contexts);
    }
}

function showOrders() {
    const counted = orders();
    const failed = [...counted.keys()].filter(status => !/^(201|shipped)$/.test(status)).sort().filter(status => added(counted.get(status)) > 0);
    place('order-trends').tBodies[0].replaceChildren(...['201', 'shipped', ...failed].map(status => {
        const counts = counted.get(status) ?? [];
        return h('tr', {'data-order': status}, h('th', {scope: 'row'}, say(WORDS[language()][`order.${status}`] ? `order.${status}` : 'order.other', {status})),
            h('td', {}, number(added(counts.slice(-perMinute() - 1)))), h('td', {}, number(added(counts))), h('td', {}, line(counts.slice(0, -1), isRefusal(status))));
    }));
}

function showContexts(of, contexts) {
    place('context-trends').tBodies[0].replaceChildren(...contexts.map(context => {
        const requests = of(context, 'requests');
        const errors = of(context, 'errors');
        const rates = requests.map(value => value == null ? null : value / report.seconds);
        const means = of(context, 'seconds').map((value, i) => requests[i] > 0 ? value * 1000 / requests[i] : null);
        const failing = errors.map((value, i) => value == null ? null : requests[i] > 0 ? value * 100 / requests[i] : 0);
        const minute = values => added(values.slice(-perMinute()));
        const known = values => values.some(value => value != null);
        return h('tr', {'data-trend': context}, h('th', {scope: 'row'}, context),
            cell(rates, known(rates) && minute(rates) / perMinute(), value => number(value)),
            cell(failing, minute(requests) > 0 ? minute(errors) * 100 / minute(requests) : known(failing) && 0, value => `${number(value)} %`, true),
            cell(means, minute(requests) > 0 && minute(of(context, 'seconds')) * 1000 / minute(requests), value => `${number(value)} ms`),
            gauge(of(context, 'oldest'), value => `${number(value)} s`), gauge(of(context, 'waiting'), value => number(value)),
            breaker(of(context, 'breaker')));
    }));
}

function gauge(values, write) {
    return cell(values, values.findLast(value => value != null) ?? false, write);
}

function breaker(values) {
    const shown = gauge(values, state);
    shown.className = ['', 'warn', 'bad'][values.findLast(value => value != null) ?? 0];
    return shown;
}

/**
 * @param now   false if it is not known
 * @param write an amount, or words for a number that is a state
 */
function cell(values, now, write, bad = false) {
    const highest = most(values);
    return highest == null ? h('td', {}, h('span', {'aria-hidden': 'true'}, '–'), h('span', {class: 'unseen'}, say('unknown')))
        : h('td', {}, now === false ? '–' : write(now), h('small', {}, ` ${say(write === state ? 'trends.worst' : 'trends.highest', {value: write(highest)})}`), line(values, (bad || write === state) && highest > 0, write));
}

const state = value => say(BREAKER[value]);

function most(values) {
    const known = values.filter(value => value != null);
    return known.length ? Math.max(...known) : null;
}

function added(values) {
    return values.reduce((sum, value) => sum + (value ?? 0), 0);
}

function perMinute() {
    return 60 / report.seconds;
}

function number(value) {
    return value.toLocaleString(language(), {maximumFractionDigits: value < 100 ? 1 : 0});
}

/** A line over the hour, with gaps where nothing is known. The numbers beside it say the same; its title gives its range. */
function line(values, bad, write = number) {
    const known = values.map((value, i) => value == null ? -1 : i).filter(i => i >= 0);
    const title = known.length ? say('trends.line', {least: write(Math.min(...known.map(i => values[i]))), most: write(most(values)), from: clock(timeOf(known[0] - 1)), to: clock(timeOf(known.at(-1)))}) : say('unknown');
    const highest = Math.max(most(values) ?? 0, Number.MIN_VALUE);
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', values.map((value, i) => value == null ? '' : `${values[i - 1] == null ? 'M' : 'L'}${i} ${(19 - value * 18 / highest).toFixed(1)}`).join(' ') || 'M0 0');
    const chart = document.createElementNS(SVG, 'svg');
    Object.entries({viewBox: `0 0 ${values.length - 1} 20`, preserveAspectRatio: 'none', 'aria-hidden': 'true', class: bad ? 'bad' : ''}).forEach(([name, value]) => chart.setAttribute(name, value));
    chart.append(path);
    return h('span', {title}, chart);
}
