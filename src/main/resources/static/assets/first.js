// Before the first paint: the language and the theme that were chosen here, or the browser's own.
(() => {
    const read = name => { try { return localStorage.getItem(name); } catch { return null; } };
    const root = document.documentElement;
    const languages = [read('language'), ...(navigator.languages ?? [navigator.language])];
    root.lang = (languages.find(each => /^(ko|en)\b/i.test(each ?? '')) ?? 'en').slice(0, 2).toLowerCase();
    const theme = read('theme');
    if (theme === 'light' || theme === 'dark') {
        root.dataset.theme = theme;
    }
})();
