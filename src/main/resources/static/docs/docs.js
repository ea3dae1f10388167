(() => {
    let theme = null;
    try {
        theme = localStorage.getItem('theme');
    } catch {
        // private window: the system's theme
    }
    const system = matchMedia('(prefers-color-scheme: dark)');
    const paint = () => document.documentElement.classList.toggle('dark-mode', theme ? theme === 'dark' : system.matches);
    paint();
    system.addEventListener('change', paint);
    addEventListener('DOMContentLoaded', () => {
        // hides the choice of servers: there is only this one
        const oneServer = () => ({wrapComponents: {ServersContainer: () => () => null}});
        window.SwaggerUIBundle({plugins: [oneServer], url: '/openapi.json', domNode: document.getElementById('api'), validatorUrl: null, requestInterceptor: request => { request.headers['X-Requested-With'] = 'phone82'; return request; }, docExpansion: 'list', defaultModelsExpandDepth: 0});
    });
})();
