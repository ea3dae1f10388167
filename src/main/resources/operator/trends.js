// The last hour of orders and contexts: tables of numbers, each with its course as a line.
import {h, place, root, say} from '/words.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Series of counts, which are added over processes; of all others the largest value is shown. */
const COUNTS = /^(requests|errors|seconds|shipped|order .*)$/;
const BREAKER = ['closed', 'half_open', 'open'];

let report;
let readAt = -Infinity;

/** Reads once in each period of the samples. */
export async function readTrends() {
    if (performance.now() - readAt < (report?.seconds ?? 0) * 1000) {
        return;
    }
    try {
        const answer = await fetch('/trends', {cache: 'no-store'});
        if (answer.ok) {
            report = await answer.json();
            readAt = performance.now();
        }
    } catch {
        // the page already shows that this process does not answer
    }
}

/** The series of all processes on one axis of time. It ends where each process has a sample. */
function series() {
    const newest = Math.max(...report.processes.map(({last}) => last));
    const end = Math.min(...report.processes.map(({last}) => last).filter(last => last > newest - 4));
    const all = new Map();
    report.processes.forEach(({last, series: own}) => own.forEach(({context, name, values}) => {
        const key = `${context} ${name}`;
        const sum = all.get(key) ?? new Array(report.samples).fill(null);
        values.forEach((value, i) => {
            const at = report.samples + last - end - values.length + i;
            if (value != null && at >= 0 && at < sum.length) {
                sum[at] = sum[at] == null ? value : COUNTS.test(name) ? sum[at] + value : Math.max(sum[at], value);
            }
        });
        all.set(key, sum);
    }));
    return all;
}

/** @param contexts their names, in the order of the rows */
export function showTrends(contexts) {
    const all = report ? series() : new Map();
    const hasCounts = [...all.keys()].some(key => key.endsWith(' requests') && all.get(key).some(value => value != null));
    place('trends-none').hidden = hasCounts;
    place('order-trends').hidden = place('context-trends').hidden = !hasCounts;
    if (hasCounts) {
        const of = (context, name) => all.get(`${context} ${name}`) ?? new Array(report.samples).fill(null);
        showOrders(of, all);
        showContexts(of, contexts);
    }
}

function showOrders(of, all) {
    const statuses = [...new Set([...all.keys()].map(key => / order (.*)$/.exec(key)?.[1]).filter(Boolean))];
    // the gateway passes orders on to app, which also gets direct ones
    const both = status => of('app', `order ${status}`).map((value, i) => most([value, of('gateway', `order ${status}`)[i]]));
    const refused = statuses.filter(status => status !== '201').sort().filter(status => added(both(status)) > 0);
    const rows = [['201', both('201'), false], ['shipped', of('app', 'shipped'), false], ...refused.map(status => [status, both(status), true])];
    place('order-trends').tBodies[0].replaceChildren(...rows.map(([status, values, bad]) => h('tr', {'data-order': status},
        h('th', {scope: 'row'}, say(/^(201|402|429|500|503|closed|shipped)$/.test(status) ? `order.${status}` : 'order.other', {status})),
        h('td', {}, number(added(values.slice(-perMinute())))), h('td', {}, number(added(values))), h('td', {}, line(values, bad)))));
}

/** The refused orders of the last hour by status, most first, with the number of all orders; a declined payment is no refusal. */
export function refusedInTheHour() {
    const all = report ? series() : new Map();
    const count = status => Math.max(added(all.get(`app order ${status}`) ?? []), added(all.get(`gateway order ${status}`) ?? []));
    const statuses = [...new Set([...all.keys()].map(key => / order (.*)$/.exec(key)?.[1]).filter(Boolean))];
    const refused = statuses.filter(isRefusal).map(status => ({status, count: count(status)})).filter(each => each.count > 0).sort((one, other) => other.count - one.count);
    return {refused, orders: count('201') + refused.reduce((sum, each) => sum + each.count, 0)};
}

export const isRefusal = status => /^5|^429$|^closed$/.test(status);

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
            gauge(of(context, 'breaker'), value => say(BREAKER[value]), true));
    }));
}

function gauge(values, write, bad) {
    return cell(values, values.findLast(value => value != null) ?? false, write, bad);
}

/** @param now false if it is not known */
function cell(values, now, write, bad = false) {
    const highest = most(values);
    return highest == null ? h('td', {}, h('span', {'aria-hidden': 'true'}, '–'), h('span', {class: 'unseen'}, say('unknown')))
        : h('td', {}, now === false ? '–' : write(now), h('small', {}, ` ${say('trends.highest', {value: write(highest)})}`), line(values, bad && highest > 0));
}

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
    return value.toLocaleString(root.lang, {maximumFractionDigits: value < 100 ? 1 : 0});
}

/** A line over the hour, with gaps where nothing is known. The numbers beside it say the same. */
function line(values, bad) {
    const highest = Math.max(most(values) ?? 0, Number.MIN_VALUE);
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', values.map((value, i) => value == null ? '' : `${values[i - 1] == null ? 'M' : 'L'}${i} ${(19 - value * 18 / highest).toFixed(1)}`).join(' ') || 'M0 0');
    const chart = document.createElementNS(SVG, 'svg');
    Object.entries({viewBox: `0 0 ${values.length - 1} 20`, preserveAspectRatio: 'none', 'aria-hidden': 'true', class: bad ? 'bad' : ''}).forEach(([name, value]) => chart.setAttribute(name, value));
    chart.append(path);
    return chart;
}
