import {nameOf} from './api.js';
import {go, h, phone} from './dom.js';
import {say, sayOf, time, won} from './words.js';

export const badge = status => h('span', {class: `badge ${status}`}, sayOf('status', status));

/** A row of the list of orders. */
export function orderRow(item) {
    return h('li', {}, h('a', {href: `/orders/${item.orderId}`},
        phone(item.item ?? '', 'small'),
        h('span', {class: 'what'}, h('strong', {}, nameOf(item.item)), ' ', h('span', {class: 'times'}, `× ${item.qty ?? '–'}`)),
        h('span', {class: 'id'}, say('orders.number', {id: item.orderId})),
        h('span', {class: 'amount'}, won(item.amount)),
        badge(item.status),
        h('time', {datetime: item.orderedAt ?? item.updatedAt}, time(item.orderedAt ?? item.updatedAt))));
}

export const updateRow = (row, {status}) => row.querySelector('.badge').replaceWith(badge(status));

/** The number that a user means by a text, which may be copied with blanks and a number sign. */
export const orderNumber = text => text.replace(/[\s#]/g, '');

/** A form that opens an order by its number. */
export function finder() {
    return h('form', {class: 'finder', role: 'search', submit: event => {
        event.preventDefault();
        const id = orderNumber(event.target.elements.id.value);
        if (/^\d{1,18}$/.test(id)) {
            go(`/orders/${id}`);
        }
    }}, h('label', {for: 'find'}, say('orders.find')),
    h('input', {id: 'find', name: 'id', inputmode: 'numeric', pattern: '[\\s#\\d]*', maxlength: 30, autocomplete: 'off'}), h('button', {}, say('orders.go')));
}
