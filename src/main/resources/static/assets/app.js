import {NAVIGATED, announce, closeDialog, go, h, notice, retry} from './dom.js';
import {session} from './api.js';
import {language, say, speak} from './words.js';
import {keepRaw, resumeLink} from './keep.js';

/** The views by their addresses: each is a function of the module of the same name. */
const VIEWS = [
    [/^\/$/, 'shop'],
    [/^\/my-orders$/, 'mine'],
    [/^\/orders$/, 'orders'],
    [/^\/orders\/([^/]+)$/, 'order'],
    [/^\/guest$/, 'guest'],
    [/^\/dealer$/, 'dealer'],
    [/^\/dealer\/slips$/, 'slips'],
];
/** Addresses of earlier versions: #/orders/1. */
const OLD = /^#(\/.*)/;

const main = document.getElementById('main');
const root = document.documentElement;
const loaded = {nothing};
let leave = () => {};
let shown;
let navigations = 0;

const viewOf = path => VIEWS.find(([pattern]) => pattern.test(path));

const load = async name => loaded[name] ??= (await import(`./${name}.js`))[name];

/** Shows the view of the address; the view returns its title, its tab, and a function that ends it. */
async function navigate({focus = true} = {}) {
    const old = OLD.exec(location.hash);
    if (old) {
        history.replaceState(null, '', old[1]);
    }
    const path = location.pathname;
    const [pattern, name] = viewOf(path) ?? [/()/, 'nothing'];
    const current = ++navigations;
    if (!loaded[name]) {
        await load(name).catch(() => {});
        if (current !== navigations) {
            return;
        }
        if (!loaded[name] && shown) {
            // the module may be of a version that the shop no longer has
            location.reload();
            return;
        }
        if (!loaded[name]) {
            main.replaceChildren(notice('bad', say('bad.title'), say('bad.0'), retry(() => location.reload())));
            return;
        }
    }
    closeDialog();
    leave();
    main.replaceChildren();
    const {title, tab, end} = loaded[name](main, pattern.exec(path)[1], new URLSearchParams(location.search));
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
        announce(title);
    }
    shown = path;
}

function nothing(main) {
    main.append(h('div', {class: 'head'}, h('h1', {tabindex: -1}, say('nothing.title'))),
        notice('warn', say('nothing.text'), null, h('a', {class: 'button main', href: '/'}, say('nothing.go'))));
    if (location.pathname === '/operator') {
        session().then(({roles}) => roles?.includes('operator') && main.append(h('p', {class: 'hint', role: 'status'}, say('nothing.operator'))), () => {});
    }
    return {title: say('nothing.title')};
}

function translate() {
    document.querySelectorAll('[data-words]').forEach(each => { each.textContent = say(each.dataset.words); });
    document.querySelectorAll('[data-label]').forEach(each => each.setAttribute('aria-label', say(each.dataset.label)));
    document.getElementById('language').lang = language() === 'ko' ? 'en' : 'ko';
}

document.getElementById('language').addEventListener('click', () => {
    speak(language() === 'ko' ? 'en' : 'ko');
    keepRaw('language', language());
    translate();
    navigate({focus: false});
});

document.getElementById('theme').addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    keepRaw('theme', root.dataset.theme);
});

document.querySelector('.skip').addEventListener('click', event => {
    event.preventDefault();
    main.focus();
});

/** Opens links between views without a page load. The browser handles links that open in another tab. */
document.addEventListener('click', event => {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
        || link.origin !== location.origin || !viewOf(link.pathname)) {
        return;
    }
    event.preventDefault();
    go(link.pathname + link.search);
});

addEventListener('popstate', () => navigate());
addEventListener(NAVIGATED, event => navigate(event.detail));
translate();
resumeLink();
await navigate({focus: false});
root.classList.add('ready');
try {
    sessionStorage.removeItem('reloaded');
} catch {
    // first.js could not set it either
}
// links to other views need not wait then
VIEWS.forEach(([, name]) => load(name).catch(() => {}));
