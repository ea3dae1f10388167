// Everything the page says, in both languages. {name} is filled in.
const WORDS = {
    en: {
        'other': '한국어', 'other.label': '한국어로 보기', 'skip': 'Skip to the content', 'nav': 'Main', 'theme': 'Switch between light and dark',
        'tab.shop': 'Phones', 'tab.orders': 'Orders', 'tab.dealer': 'Dealer', 'docs': 'For developers: the API',
        'lost': 'Connection lost. Reconnecting …', 'found': 'Connected again. Everything is up to date.',
        'shop.title': 'Which phone would you like?', 'shop.lead': 'Paid at once, shipped within moments. Until then you can cancel.',
        'shop.models': 'Model', 'shop.qty': 'Quantity', 'shop.less': 'One less', 'shop.more': 'One more', 'shop.total': 'Total',
        'shop.order': 'Order now', 'shop.ordering': 'Ordering …', 'shop.range': 'Between 1 and 100, please.',
        'shop.busy': 'Right now the payment cannot be made', 'shop.busy.text': 'There is no order and nothing was charged. Your choice is kept: try again, it is never ordered twice.',
        'shop.unsure': 'We have not heard whether your order arrived', 'shop.unsure.text': 'Try again: if it did arrive you get that very order, never a second one.',
        'shop.again': 'Try again', 'shop.again.in': 'Try again in {seconds} s', 'shop.discard': 'Leave it',
        'shop.declined': 'The payment was declined', 'shop.declined.text': 'There is no order. Choose another way to pay, or order less.',
        'shop.done': 'Order {id} is placed.',
        'orders.title': 'Orders', 'orders.status': 'Status', 'orders.model': 'Model', 'orders.all': 'All', 'orders.size': 'Per page',
        'orders.none': 'Nothing here yet.', 'orders.none.filter': 'No order matches these filters.', 'orders.first': 'Order your first phone',
        'orders.newest': 'Newest', 'orders.newer': 'Newer', 'orders.older': 'Older', 'orders.pages': 'Pages', 'orders.fresh': '{count} new – show', 'orders.filters': 'Filters',
        'orders.find': 'Order no.', 'orders.go': 'Show', 'orders.number': 'Order {id}', 'orders.shown': '{count} orders shown',
        'order.title': 'Order {id}', 'order.back': 'All orders', 'order.missing': 'There is no order {id}.', 'order.progress': 'Progress', 'order.price': '{qty} × {price}',
        'order.payment': 'Payment', 'order.shipping': 'Delivery', 'order.timeline': 'What happened', 'order.at': 'Ordered on', 'order.correlation': 'Reference',
        'order.cancel': 'Cancel the order', 'order.until': 'You can cancel until it is shipped – in about {time}.', 'order.until.open': 'You can cancel until it is shipped.',
        'order.shipped': 'Shipped at {time}: it cannot be cancelled any more.', 'order.gone': 'Cancelled at {time}. Nothing is charged.', 'order.gone.reason': 'Cancelled at {time}, {reason}. Nothing is charged.', 'order.gone.plain': 'It is cancelled. Nothing is charged.', 'order.gone.owed': 'It is cancelled, but the refund of {amount} failed. We will contact you.',
        'order.going': 'The cancellation is under way. This page shows the outcome by itself.', 'order.dealer.away': 'The dealer cannot be reached at the moment. Your order is safe and is shipped when the dealer is back.',
        'order.pay.away': 'The payment cannot be looked up at the moment.', 'order.away': 'The order cannot be looked up at the moment. This page tries again by itself.', 'order.waiting': 'The dealer has not received it yet.',
        'sure.title': 'Cancel order {id}?', 'sure.text': '{item} × {qty}. Nothing is charged, or you get {amount} back.', 'sure.yes': 'Yes, cancel it', 'sure.no': 'Keep it',
        'cancel.done': 'Order {id} is cancelled.', 'cancel.late': 'Too late: it has just been shipped.', 'cancel.late.text': 'The parcel is on its way, so the order stays as it is.',
        'cancel.no': 'The order cannot be cancelled', 'cancel.busy': 'The cancellation did not go through', 'cancel.busy.text': 'Everything is as before. Try again in {seconds} s.',
        'stage.Ordered': 'Ordered', 'stage.Paid': 'Paid', 'stage.Received': 'With the dealer', 'stage.Shipped': 'Shipped', 'stage.now': 'next', 'stage.not': 'not yet', 'stage.never': 'will not happen',
        'status.Ordered': 'Ordered', 'status.Paid': 'Paid', 'status.Shipped': 'Shipped', 'status.Cancelling': 'Cancelling', 'status.Cancelled': 'Cancelled',
        'payment.Authorised': 'Reserved', 'payment.Completed': 'Paid', 'payment.Cancelling': 'Being given back', 'payment.Refunding': 'Being refunded', 'payment.RefundFailed': 'Refund failed, we will contact you', 'payment.Voided': 'Released, not charged', 'payment.Refunded': 'Paid back', 'payment.Expired': 'Expired, not charged',
        'delivery.Received': 'To be shipped', 'delivery.Held': 'On hold: being cancelled', 'delivery.Shipped': 'Shipped', 'delivery.Cancelled': 'Cancelled', 'delivery.none': 'Not with the dealer yet',
        'event.Ordered': 'Ordered', 'event.PayCompleted': 'Paid', 'event.OrderReceived': 'The dealer has it', 'event.Shipped': 'Shipped', 'event.CancellationRefused': 'Cancellation not possible',
        'reason.cancelled by the customer': 'by the customer', 'event.DeliveryCancelled': 'Delivery stopped', 'event.OrderCancelled': 'Cancelled', 'event.PayCancelled': 'Payment given back', 'event.RefundFailed': 'Refund failed',
        'dealer.title': 'Deliveries', 'dealer.waiting': 'To be shipped', 'dealer.shipped': 'Shipped', 'dealer.cancelled': '{count} of them cancelled', 'dealer.none': 'Nothing waits. Well done.', 'dealer.none.shipped': 'Nothing shipped yet.',
        'dealer.due': 'due now', 'dealer.in': 'in {time}', 'dealer.away': 'The store cannot be reached at the moment', 'dealer.away.text': 'What you see is how it was last. This page tries again by itself.', 'dealer.away.empty': 'This page tries again by itself.', 'dealer.newest': 'The newest {count} deliveries',
        'bad.0': 'No connection. Check the network and try again.', 'bad.404': 'That does not exist.', 'bad.429': 'That was too much at once. Try again in {seconds} s.', 'bad.503': 'The shop is busy at the moment. Try again in {seconds} s.', 'bad.other': 'That did not work: {detail}', 'bad.title': 'That did not work', 'again': 'Try again',
        's': '{n} s', 'min': '{m} min {n} s',
    },
    ko: {
        'other': 'English', 'other.label': 'View in English', 'skip': '본문으로 건너뛰기', 'nav': '주 메뉴', 'theme': '밝은 화면과 어두운 화면 전환',
        'tab.shop': '휴대폰', 'tab.orders': '주문 내역', 'tab.dealer': '대리점', 'docs': '개발자용: API',
        'lost': '연결이 끊겼습니다. 다시 연결하는 중 …', 'found': '다시 연결되었습니다. 최신 상태입니다.',
        'shop.title': '어떤 휴대폰을 찾으세요?', 'shop.lead': '바로 결제되고 곧 배송됩니다. 배송 전까지 취소할 수 있습니다.',
        'shop.models': '모델', 'shop.qty': '수량', 'shop.less': '하나 빼기', 'shop.more': '하나 더하기', 'shop.total': '합계',
        'shop.order': '주문하기', 'shop.ordering': '주문하는 중 …', 'shop.range': '1에서 100 사이로 입력해 주세요.',
        'shop.busy': '지금은 결제할 수 없습니다', 'shop.busy.text': '주문되지 않았고 결제된 금액도 없습니다. 선택은 그대로이니 다시 시도해 주세요. 두 번 주문되지 않습니다.',
        'shop.unsure': '주문이 접수되었는지 확인하지 못했습니다', 'shop.unsure.text': '다시 시도해 주세요. 이미 접수되었다면 그 주문을 보여 드리며, 두 번 주문되지 않습니다.',
        'shop.again': '다시 시도', 'shop.again.in': '{seconds}초 후 다시 시도', 'shop.discard': '그만두기',
        'shop.declined': '결제가 거절되었습니다', 'shop.declined.text': '주문되지 않았습니다. 다른 결제 수단을 쓰거나 수량을 줄여 주세요.',
        'shop.done': '주문 {id}번이 접수되었습니다.',
        'orders.title': '주문 내역', 'orders.status': '상태', 'orders.model': '모델', 'orders.all': '전체', 'orders.size': '페이지당',
        'orders.none': '아직 주문이 없습니다.', 'orders.none.filter': '조건에 맞는 주문이 없습니다.', 'orders.first': '첫 휴대폰 주문하기',
        'orders.newest': '최신', 'orders.newer': '다음 주문', 'orders.older': '이전 주문', 'orders.pages': '페이지', 'orders.fresh': '새 주문 {count}건 보기', 'orders.filters': '조건',
        'orders.find': '주문 번호', 'orders.go': '보기', 'orders.number': '주문 {id}번', 'orders.shown': '주문 {count}건 표시',
        'order.title': '주문 {id}번', 'order.back': '전체 주문', 'order.missing': '주문 {id}번은 없습니다.', 'order.progress': '진행 상황', 'order.price': '{qty} × {price}',
        'order.payment': '결제', 'order.shipping': '배송', 'order.timeline': '진행 기록', 'order.at': '주문 일시', 'order.correlation': '조회 번호',
        'order.cancel': '주문 취소', 'order.until': '배송 전까지 취소할 수 있습니다. 약 {time} 남았습니다.', 'order.until.open': '배송 전까지 취소할 수 있습니다.',
        'order.shipped': '{time}에 배송되어 더 이상 취소할 수 없습니다.', 'order.gone': '{time}에 취소되었습니다. 청구되는 금액은 없습니다.', 'order.gone.reason': '{time}에 취소되었습니다: {reason}. 청구되는 금액은 없습니다.', 'order.gone.plain': '취소되었습니다. 청구되는 금액은 없습니다.', 'order.gone.owed': '주문은 취소되었지만 {amount}을 환불하지 못했습니다. 따로 연락드리겠습니다.',
        'order.going': '취소하는 중입니다. 결과는 이 화면에 저절로 나타납니다.', 'order.dealer.away': '지금은 대리점에 연결할 수 없습니다. 주문은 안전하며, 대리점이 돌아오면 배송됩니다.',
        'order.pay.away': '지금은 결제 상태를 확인할 수 없습니다.', 'order.away': '지금은 주문을 확인할 수 없습니다. 이 화면이 저절로 다시 시도합니다.', 'order.waiting': '대리점이 아직 접수하지 않았습니다.',
        'sure.title': '주문 {id}번을 취소할까요?', 'sure.text': '{item} × {qty}. 청구되지 않거나 {amount}을 돌려받습니다.', 'sure.yes': '예, 취소합니다', 'sure.no': '그대로 두기',
        'cancel.done': '주문 {id}번이 취소되었습니다.', 'cancel.late': '늦었습니다. 방금 배송되었습니다.', 'cancel.late.text': '상품이 이미 출발하여 주문은 그대로입니다.',
        'cancel.no': '주문을 취소할 수 없습니다', 'cancel.busy': '취소하지 못했습니다', 'cancel.busy.text': '모든 것이 그대로입니다. {seconds}초 후 다시 시도해 주세요.',
        'stage.Ordered': '주문', 'stage.Paid': '결제', 'stage.Received': '대리점 접수', 'stage.Shipped': '배송', 'stage.now': '다음 단계', 'stage.not': '아직', 'stage.never': '진행되지 않음',
        'status.Ordered': '주문됨', 'status.Paid': '결제됨', 'status.Shipped': '배송됨', 'status.Cancelling': '취소 중', 'status.Cancelled': '취소됨',
        'payment.Authorised': '승인됨', 'payment.Completed': '결제 완료', 'payment.Cancelling': '환불 중', 'payment.Refunding': '환불 중', 'payment.RefundFailed': '환불 실패, 따로 연락드리겠습니다', 'payment.Voided': '승인 취소, 청구 없음', 'payment.Refunded': '환불됨', 'payment.Expired': '만료, 청구 없음',
        'delivery.Received': '발송 대기', 'delivery.Held': '보류: 취소 중', 'delivery.Shipped': '배송됨', 'delivery.Cancelled': '취소됨', 'delivery.none': '대리점 접수 전',
        'event.Ordered': '주문', 'event.PayCompleted': '결제 완료', 'event.OrderReceived': '대리점 접수', 'event.Shipped': '배송', 'event.CancellationRefused': '취소 불가',
        'reason.cancelled by the customer': '고객 요청', 'event.DeliveryCancelled': '배송 중지', 'event.OrderCancelled': '주문 취소', 'event.PayCancelled': '결제 취소', 'event.RefundFailed': '환불 실패',
        'dealer.title': '배송 관리', 'dealer.waiting': '배송 대기', 'dealer.shipped': '배송 완료', 'dealer.cancelled': '그중 취소 {count}건', 'dealer.none': '대기 중인 배송이 없습니다.', 'dealer.none.shipped': '아직 배송된 것이 없습니다.',
        'dealer.due': '지금', 'dealer.in': '{time} 후', 'dealer.away': '지금은 대리점 시스템에 연결할 수 없습니다', 'dealer.away.text': '마지막 상태를 보여 드립니다. 이 화면이 저절로 다시 시도합니다.', 'dealer.away.empty': '이 화면이 저절로 다시 시도합니다.', 'dealer.newest': '최근 배송 {count}건',
        'bad.0': '연결되지 않았습니다. 네트워크를 확인하고 다시 시도해 주세요.', 'bad.404': '찾을 수 없습니다.', 'bad.429': '요청이 너무 많습니다. {seconds}초 후 다시 시도해 주세요.', 'bad.503': '지금은 주문이 몰려 있습니다. {seconds}초 후 다시 시도해 주세요.', 'bad.other': '처리하지 못했습니다: {detail}', 'bad.title': '처리하지 못했습니다', 'again': '다시 시도',
        's': '{n}초', 'min': '{m}분 {n}초',
    },
};

export const language = () => document.documentElement.lang;

export function say(key, values = {}) {
    return (WORDS[language()][key] ?? key).replace(/\{(\w+)}/g, (whole, name) => values[name] ?? '');
}

/** A status that this page does not know yet is shown as the shop names it. */
export const sayOf = (kind, name) => WORDS[language()][`${kind}.${name}`] ?? name;

export const won = amount => amount == null ? '' : new Intl.NumberFormat(language(), {style: 'currency', currency: 'KRW'}).format(amount);

const isToday = date => date.toDateString() === new Date().toDateString();

export function time(iso) {
    if (!iso) {
        return '';
    }
    const date = new Date(iso);
    return new Intl.DateTimeFormat(language(), {timeStyle: 'medium', ...(isToday(date) ? {} : {dateStyle: 'medium'})}).format(date);
}

/** Seconds from now until then, at least 0. */
export const secondsUntil = iso => Math.max(0, Math.ceil((new Date(iso) - Date.now()) / 1000));

export const span = seconds => seconds < 60 ? say('s', {n: seconds}) : say('min', {m: Math.floor(seconds / 60), n: seconds % 60});
