import {say} from './words.js';

const SILENCE = 40_000;
const LONGEST_WAIT = 15_000;
const HIDDEN_FOR = 30_000;

const banner = () => document.getElementById('connection');

function show(words) {
    banner().textContent = words;
    banner().classList.toggle('lost', words !== '' && words === say('lost'));
}

/**
 * Follows what happens, of one order or of all. Whenever the connection stands (again), `opened` reads what is shown anew, so that
 * nothing is missed; then `happened` hears of every event. A hidden page gives its connection back.
 *
 * @returns what ends it
 */
export function follow(orderId, {opened, happened}) {
    let source;
    let wait = 1000;
    let lost = false;
    let timer;
    let silence;
    let hidden;
    let farewell;

    function heard() {
        clearTimeout(silence);
        silence = setTimeout(connect, SILENCE);
    }

    function connect() {
        disconnect();
        source = new EventSource('/history/stream' + (orderId ? `?orderId=${orderId}` : ''));
        heard();
        source.onopen = () => {
            heard();
            wait = 1000;
            if (lost) {
                lost = false;
                show(say('found'));
                farewell = setTimeout(() => show(''), 4000);
            }
            opened();
        };
        source.addEventListener('progress', event => {
            heard();
            happened(JSON.parse(event.data));
        });
        source.addEventListener('reset', () => opened());
        source.addEventListener('heart-beat', heard);
        source.onerror = () => {
            lose();
            if (source.readyState === EventSource.CLOSED) {
                clearTimeout(timer);
                timer = setTimeout(connect, wait * (0.5 + Math.random() / 2));
                wait = Math.min(wait * 2, LONGEST_WAIT);
            }
        };
    }

    function lose() {
        lost = true;
        clearTimeout(farewell);
        show(say('lost'));
    }

    function disconnect() {
        clearTimeout(timer);
        clearTimeout(silence);
        source?.close();
        source = undefined;
    }

    function seen() {
        clearTimeout(hidden);
        if (document.hidden) {
            hidden = setTimeout(disconnect, HIDDEN_FOR);
        } else if (!source) {
            connect();
        }
    }

    document.addEventListener('visibilitychange', seen);
    addEventListener('online', connect);
    addEventListener('offline', lose);
    connect();
    return () => {
        disconnect();
        clearTimeout(hidden);
        clearTimeout(farewell);
        show('');
        document.removeEventListener('visibilitychange', seen);
        removeEventListener('online', connect);
        removeEventListener('offline', lose);
    };
}
