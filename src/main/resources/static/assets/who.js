// The logged-in user, and the links to log in and out.
const WORDS = {
    en: {login: 'Log in', logout: 'Log out', demo: 'No login is required here: you are the user demo and may do everything.'},
    ko: {login: '로그인', logout: '로그아웃', demo: '로그인이 필요 없습니다. 누구나 demo 사용자이며 모든 것을 할 수 있습니다.'},
};

const place = document.createElement('span');
place.id = 'who';
document.querySelector('.tools').prepend(place);

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
    location.assign(answer.ok ? (await answer.json()).location : '/');
}

/** The page to return to; a guest's link is kept by its view. */
const back = () => location.pathname === '/' ? '' : `?${new URLSearchParams({back: location.pathname})}`;

function show({login, name, roles}) {
    document.querySelector('[data-tab=dealer]').hidden = login && !roles?.some(role => role === 'dealer' || role === 'operator');
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
        const login = link(words.login, '/login');
        login.addEventListener('click', () => { login.href = `/login${back()}`; });
        place.replaceChildren(login);
    }
}

const answer = await fetch('/session', {cache: 'no-store'}).catch(() => null);
if (answer?.ok) {
    const session = await answer.json();
    show(session);
    new MutationObserver(() => show(session)).observe(document.documentElement, {attributeFilter: ['lang']});
}
