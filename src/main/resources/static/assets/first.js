// Sets the chosen language and theme, or the browser's own, before the first paint, and loads a page again whose scripts do not load.
(() => {
    const read = name => { try { return localStorage.getItem(name); } catch { return null; } };
    const root = document.documentElement;
    const languages = [read('language'), ...(navigator.languages ?? [navigator.language])];
    root.lang = (languages.find(each => /^(ko|en)\b/i.test(each ?? '')) ?? 'en').slice(0, 2).toLowerCase();
    const theme = read('theme');
    if (theme === 'light' || theme === 'dark') {
        root.dataset.theme = theme;
    }
    // while the shop is updated, a script may be of another version than the page. Loading it again helps once or never
    addEventListener('error', ({target}) => {
        try {
            if ((target === window || target.localName === 'script') && !root.classList.contains('ready') && !sessionStorage.getItem('reloaded')) {
                sessionStorage.setItem('reloaded', 'yes');
                location.reload();
            }
        } catch {
            // without storage it could be loaded again for ever
        }
    }, true);
})();
