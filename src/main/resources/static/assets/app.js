import {tell} from './dom.js';
import {language, say} from './words.js';
import {shop} from './shop.js';
import {orders} from './orders.js';
import {order} from './order.js';
import {dealer} from './dealer.js';

const VIEWS = [
    [/^\/$/, 'shop', shop],
    [/^\/orders$/, 'orders', orders],
    [/^\/orders\/(\d{1,18})$/, 'orders', order],
    [/^\/dealer$/, 'dealer', dealer],
];

const main = document.getElementById('main');
const root = document.documentElement;
let leave = () => {};
let shown;

function keep(name, value) {
    try {
        localStorage.setItem(name, value);
    } catch {
        // private window: for this visit only
    }
}

/** Shows what the address says; the view returns its title and what ends it. */
function navigate({focus = true} = {}) {
    const [path, query = ''] = (location.hash.slice(1) || '/').split('?');
    const found = VIEWS.find(([pattern]) => pattern.test(path));
    if (!found) {
        location.replace('#/');
        return;
    }
    const [pattern, tab, view] = found;
    leave();
    main.replaceChildren();
    const {title, end} = view(main, pattern.exec(path)[1], new URLSearchParams(query));
    leave = end ?? (() => {});
    document.title = `${title} · phone82`;
    document.querySelectorAll('[data-tab]').forEach(each => {
        each.toggleAttribute('aria-current', false);
        if (each.dataset.tab === tab) {
            each.setAttribute('aria-current', 'page');
        }
    });
    if (focus && shown !== path) {
        scrollTo(0, 0);
        (main.querySelector('h1') ?? main).focus();
        tell(title);
    }
    shown = path;
}

function translate() {
    document.querySelectorAll('[data-words]').forEach(each => { each.textContent = say(each.dataset.words); });
    document.querySelectorAll('[data-label]').forEach(each => each.setAttribute('aria-label', say(each.dataset.label)));
    const other = document.getElementById('language');
    other.textContent = say('other');
    other.lang = language() === 'ko' ? 'en' : 'ko';
    other.setAttribute('aria-label', say('other.label'));
}

document.getElementById('language').addEventListener('click', () => {
    root.lang = language() === 'ko' ? 'en' : 'ko';
    keep('language', root.lang);
    translate();
    navigate({focus: false});
});

document.getElementById('theme').addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    keep('theme', root.dataset.theme);
});

document.querySelector('.skip').addEventListener('click', event => {
    event.preventDefault();
    main.focus();
});

addEventListener('hashchange', () => navigate());
translate();
navigate({focus: false});
root.classList.add('ready');
