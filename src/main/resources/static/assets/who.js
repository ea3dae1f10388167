// The logged-in user, and the links to log in and out.
import {currentSession, isAnonymous, seesOwnOrders, session} from './api.js';
import {keepLink} from './keep.js';

const WORDS = {
    en: {login: 'Log in', logout: 'Log out', demo: 'No login is required here: you are the user demo and may do everything.'},
    ko: {login: '로그인', logout: '로그아웃', demo: '로그인이 필요 없습니다. 누구나 demo 사용자이며 모든 것을 할 수 있습니다.'},
};

const place = document.createElement('span');
place.id = 'who';
document.querySelector('.tools').prepend(place);

/** The other tabs of this browser: a login or logout concerns all. */
const tabs = globalThis.BroadcastChannel ? new BroadcastChannel('phone82-session') : null;

function link(text, href) {
    const made = document.createElement('a');
    made.className = 'button quiet';
    made.textContent = text;
    made.href = href;
    return made;
}

async function logOut(event) {
    event.preventDefault();
    const answer = await fetch('/logout', {method: 'POST', headers: {'X-Requested-With': 'phone82'}});
    tabs?.postMessage(undefined);
    location.assign(answer.ok ? (await answer.json()).location : '/');
}

/** The page to return to. */
const back = () => location.pathname === '/' ? '' : `?${new URLSearchParams({back: location.pathname})}`;

function show(user) {
    const {login, name} = user;
    document.querySelector('[data-tab=dealer]').hidden = isAnonymous(user) || seesOwnOrders(user) && !user.roles?.includes('dealer');
    place.title = '';
    const words = WORDS[document.documentElement.lang] ?? WORDS.en;
    if (!login) {
        place.replaceChildren(name);
        place.title = words.demo;
    } else if (name) {
        const out = link(words.logout, '#');
        out.addEventListener('click', logOut);
        place.replaceChildren(name, ' ', out);
    } else {
        const entry = link(words.login, '/login');
        entry.addEventListener('click', () => { entry.href = `/login${back()}`; });
        place.replaceChildren(entry);
    }
}

// the login leads back to no tracking link: its secret must not be part of a request
document.addEventListener('click', event => {
    if (location.pathname === '/guest' && event.target.closest?.('a[href^="/login"]')) {
        keepLink();
    }
});

const user = await session().catch(() => null);
if (user) {
    show(user);
    new MutationObserver(() => show(user)).observe(document.documentElement, {attributeFilter: ['lang']});
    tabs?.postMessage(user.subject);
    if (tabs) {
        tabs.onmessage = ({data}) => data !== user.subject && check();
    }
    document.addEventListener('visibilitychange', () => !document.hidden && check());
    addEventListener('pageshow', event => event.persisted && check());
}

/** Loads the page anew if another user is logged in by now. */
async function check() {
    if ((await currentSession()).subject !== user.subject) {
        location.reload();
    }
}
