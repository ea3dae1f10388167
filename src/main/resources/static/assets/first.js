// Sets the chosen language and theme, or the browser's own, before the first paint.
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
