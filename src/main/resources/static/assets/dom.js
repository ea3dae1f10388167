import {say} from './words.js';

let painted = 0;

const SVG = 'http://www.w3.org/2000/svg';

/** An element. Attributes that are functions listen; what is no element among the children is text, whatever it looks like. */
export function h(tag, attributes = {}, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === 'function') {
            element.addEventListener(name, value);
        } else if (value === true) {
            element.setAttribute(name, '');
        } else if (value !== false && value != null) {
            element.setAttribute(name, value);
        }
    }
    element.append(...children.flat().filter(child => child != null && child !== false));
    return element;
}

/** Read out, without taking the focus. */
export function tell(text) {
    document.getElementById('told').textContent = text;
}

export function notice(kind, title, text, ...actions) {
    return h('div', {class: `notice ${kind}`, role: kind === 'bad' ? 'alert' : 'status'},
        h('strong', {}, title), text && h('p', {}, text), actions.length > 0 && h('div', {class: 'actions'}, actions));
}

/** Every item has colours of its own. */
export function phone(item, size = '') {
    const hue = [...item].reduce((sum, letter) => (sum * 137 + letter.codePointAt(0) * 67) % 360, 7);
    const id = `g${painted++}`;
    return svg('svg', {viewBox: '0 0 60 100', class: `phone ${size}`, 'aria-hidden': 'true'},
        svg('defs', {}, svg('linearGradient', {id, x1: 0, y1: 0, x2: 1, y2: 1},
            svg('stop', {offset: 0, 'stop-color': `hsl(${hue} 85% 68%)`}), svg('stop', {offset: 1, 'stop-color': `hsl(${(hue + 60) % 360} 75% 46%)`}))),
        svg('rect', {x: 3, y: 1, width: 54, height: 98, rx: 11, class: 'frame'}),
        svg('rect', {x: 6, y: 4, width: 48, height: 92, rx: 8.5, fill: `url(#${id})`}),
        svg('circle', {cx: 30, cy: 10, r: 2.2, class: 'frame'}),
        svg('path', {d: 'M6 60C20 44 34 74 54 48V87.5A8.5 8.5 0 0 1 45.5 96h-31A8.5 8.5 0 0 1 6 87.5z', fill: '#fff', opacity: 0.2}));
}

/** Runs the work now, and once more after it for all who asked meanwhile; at most every so many milliseconds. */
export function coalesced(work, pause) {
    let running = false;
    let again = false;
    return async function ask() {
        if (running) {
            again = true;
            return;
        }
        running = true;
        try {
            await work();
        } finally {
            setTimeout(() => {
                running = false;
                if (again) {
                    again = false;
                    ask();
                }
            }, pause);
        }
    };
}

export function retry(action) {
    return h('button', {type: 'button', click: action}, say('again'));
}
