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

function show({login, name}) {
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
        place.replaceChildren(link(words.login, '/login'));
    }
}

const answer = await fetch('/session', {cache: 'no-store'}).catch(() => null);
if (answer?.ok) {
    const session = await answer.json();
    show(session);
    new MutationObserver(() => show(session)).observe(document.documentElement, {attributeFilter: ['lang']});
}
