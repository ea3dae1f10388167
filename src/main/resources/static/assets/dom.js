import {phoneOf} from './api.js';
import {say} from './words.js';

let painted = 0;

const SVG = 'http://www.w3.org/2000/svg';

/** Event: the address has changed. */
export const NAVIGATED = 'phone82-navigated';

/** Creates an element. Attributes that are functions become listeners; children that are no elements become text, never HTML. */
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

/** Time between the clicks of a double click, ms, and their distance, px. */
const DOUBLE_CLICK = 800;
const NEAR = 40;

/** The last click, and when a view was opened and where the last click was then. */
let pressed;
let opening = {at: -Infinity};
addEventListener('click', event => {
    if (event.detail > 0) {
        pressed = event;
    }
}, true);

/** Whether a click is the second of a double click whose first has opened the view. It hits a button that the user has not seen. */
export const isSecondClick = ({detail, clientX, clientY}) => detail > 0 && performance.now() - opening.at < DOUBLE_CLICK
    && Math.hypot(clientX - opening.x, clientY - opening.y) < NEAR;

/** Opens a view. The state is stored with its entry in the browser's history. */
export function go(address, {state = null, replace = false, focus = true} = {}) {
    opening = {at: performance.now(), x: pressed?.clientX, y: pressed?.clientY};
    history[replace ? 'replaceState' : 'pushState'](state, '', address);
    dispatchEvent(new CustomEvent(NAVIGATED, {detail: {focus}}));
}

/** Announces a text to screen readers without moving the focus. */
export function announce(text) {
    document.getElementById('announcement').textContent = text;
}

export function notice(kind, title, text, ...actions) {
    return h('div', {class: `notice ${kind}`, role: kind === 'bad' ? 'alert' : 'status'},
        h('strong', {tabindex: -1}, title), text && h('p', {}, text), actions.length > 0 && h('div', {class: 'actions'}, actions));
}

let dialog;

/** Shows a confirmation dialog. Leaving the view means no. */
export async function confirm({title, text, yes, no}) {
    return await answered(h('h2', {id: 'sure'}, title), h('p', {id: 'sure-text'}, text),
        h('div', {class: 'actions'}, h('button', {value: 'no', autofocus: true}, no), h('button', {value: 'yes', class: 'danger'}, yes))) === 'yes';
}

/** Asks for one line of text in a dialog; null if the user does not enter one. */
export async function ask({title, text, label, longest, yes, no}) {
    const line = h('input', {id: 'line', required: true, maxlength: longest, autocomplete: 'off', autofocus: true, pattern: '.*\\S.*'});
    const answer = await answered(h('h2', {id: 'sure'}, title), h('p', {id: 'sure-text'}, text),
        h('label', {for: 'line'}, label), line,
        // the Enter key means the first button
        h('div', {class: 'actions'}, h('button', {value: 'yes', class: 'main'}, yes), h('button', {value: 'no', formnovalidate: true}, no)));
    return answer === 'yes' ? line.value.trim() : null;
}

/** The second click of a double click on the button that opened the dialog can hit a button of the dialog. */
function refuseSecondClick(event) {
    if (event.detail > 1 && event.target.closest('button')) {
        event.preventDefault();
    }
}

/** Shows a dialog and returns the value of the button that closes it. */
function answered(...content) {
    return new Promise(resolve => {
        const asked = h('dialog', {'aria-labelledby': 'sure', 'aria-describedby': 'sure-text', close: () => {
            asked.remove();
            resolve(asked.returnValue);
        }}, h('form', {method: 'dialog', click: refuseSecondClick}, content));
        closeDialog();
        // its close event may still be due
        dialog?.remove();
        dialog = asked;
        document.body.append(asked);
        asked.showModal();
    });
}

export function closeDialog() {
    if (dialog?.open) {
        dialog.close('no');
    }
}

/** Replaces the contents of an element; the focused control keeps the focus if it still exists. */
export function redraw(place, ...children) {
    const focused = place.contains(document.activeElement) ? document.activeElement : null;
    place.replaceChildren(...children.filter(child => child != null && child !== false));
    if (focused) {
        const isSame = each => focused.id ? each.id === focused.id
            : focused.hasAttribute('href') ? each.getAttribute('href') === focused.getAttribute('href') : each.textContent === focused.textContent;
        [...place.querySelectorAll(focused.localName)].find(isSame)?.focus({preventScroll: true});
    }
}

/** Placeholders of the size of the content that is being loaded. */
export const skeleton = (count, kind) => Array.from({length: count}, () => h('div', {class: `skeleton ${kind}`, 'aria-hidden': 'true'}));

const LENSES = {
    iphone: [[18, 17], [18, 29], [29, 23]], galaxy: [[17, 16], [17, 28], [17, 40]], fold: [[14, 16], [14, 27], [14, 38]],
    flip: [[18, 18], [30, 18]], pixel: [[20, 24], [30, 24], [40, 24]], other: [[30, 20]],
};

const familyOf = item => /iphone/.test(item) ? 'iphone' : /fold/.test(item) ? 'fold' : /flip/.test(item) ? 'flip'
    : /pixel/.test(item) ? 'pixel' : /galaxy|note/.test(item) ? 'galaxy' : 'other';

/** The light and the dark shade of each colour. */
const SHADES = {
    black: ['#5a5d68', '#22242c'], white: ['#ffffff', '#d9dce4'], silver: ['#eef0f4', '#a5abb8'], grey: ['#b3b7c0', '#6a6f7a'],
    blue: ['#b5cff5', '#4f80c9'], navy: ['#6f80b3', '#222e55'], green: ['#b9d6b4', '#5c8a5a'], mint: ['#d9f4e9', '#84cdb2'], purple: ['#dccdf5', '#8d74c4'],
    pink: ['#fadbe4', '#e08fa9'], red: ['#f2a49c', '#b8342f'], orange: ['#fbc595', '#e0702a'], yellow: ['#f8efb0', '#d9bf3f'], gold: ['#efdcb6', '#b98f52'],
};

function gradient(id, [light, dark]) {
    return svg('defs', {}, svg('linearGradient', {id, x1: 0, y1: 0, x2: 1, y2: 1}, svg('stop', {offset: 0, 'stop-color': light}), svg('stop', {offset: 1, 'stop-color': dark})));
}

/** Draws a colour beside its name. */
export function swatch(colour) {
    const id = `g${painted++}`;
    return svg('svg', {viewBox: '0 0 20 20', class: 'swatch', 'aria-hidden': 'true'}, gradient(id, SHADES[colour] ?? ['#fff', '#000']), svg('circle', {cx: 10, cy: 10, r: 9, fill: `url(#${id})`}));
}

/** Draws the back of a phone: with the lenses of its model family, in the colour of the variant, or in one that is derived from the item. */
export function phone(item, size = '') {
    const hue = [...item].reduce((sum, letter) => (sum * 137 + letter.codePointAt(0) * 67) % 360, 7);
    const id = `g${painted++}`;
    const family = familyOf(item);
    return svg('svg', {viewBox: '0 0 60 100', class: `phone ${size}`, 'aria-hidden': 'true'},
        gradient(id, SHADES[phoneOf(item)?.colour] ?? [`hsl(${hue} 70% 72%)`, `hsl(${(hue + 40) % 360} 60% 45%)`]),
        svg('rect', {x: 3, y: 1, width: 54, height: 98, rx: family === 'iphone' ? 13 : 8, class: 'frame'}),
        svg('rect', {x: 5.5, y: 3.5, width: 49, height: 93, rx: family === 'iphone' ? 11 : 6, fill: `url(#${id})`}),
        family === 'iphone' && svg('rect', {x: 9, y: 8, width: 29, height: 30, rx: 9, fill: '#0003'}),
        family === 'pixel' && svg('rect', {x: 5.5, y: 17, width: 49, height: 14, fill: '#0005'}),
        family === 'fold' && svg('rect', {x: 30, y: 3.5, width: 1.6, height: 93, fill: '#0005'}),
        family === 'flip' && svg('rect', {x: 5.5, y: 49, width: 49, height: 1.8, fill: '#0006'}),
        /ultra|note|pro/.test(item) && svg('circle', {cx: 44, cy: 14, r: 3, fill: '#fff', opacity: 0.55}),
        LENSES[family].map(([cx, cy]) => svg('circle', {cx, cy, r: 4.6, class: 'lens'})));
}

/** Runs the work now, and once more after it if it was requested meanwhile; the pause is the minimum between two runs, ms. */
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

/** Leads to the login, and back to this page. */
export const loginLink = () => h('a', {class: 'button main', href: `/login?${new URLSearchParams({back: location.pathname})}`}, say('shop.login'));

/** Says why nothing can be shown, and what to do: to log in, or to try again. */
export const failure = (refused, again) => notice('bad', say('bad.title'), refused.words, refused.status === 401 ? loginLink() : retry(again));

export function retry(action) {
    return h('button', {type: 'button', click: action}, say('again'));
}
