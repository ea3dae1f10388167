// The texts of the operator's page in its languages, and what its scripts share to show them.
export const WORDS = {
    en: {
        title: 'Operator · phone82', other: '한국어', metrics: 'Metrics', health: 'Health', now: 'Now', contexts: 'Contexts', here: 'this process',
        orders: 'Orders accepted', refused: 'Orders refused', declined: 'Payments declined', minute: 'last minute', breaker: 'Payment breaker', 'dead-letters': 'Dead letters', cancellations: 'Open cancellations',
        refunds: 'Failed refunds', outbox: 'Events to be sent', readers: 'Readers of the stream', attention: 'needs attention', unknown: 'not known',
        age: 'As of {time}, refreshed every {seconds} s.', trouble: 'This process does not answer ({reason}). The page shows its last known state.',
        unseen: 'No process shows: {contexts}.', UP: 'UP', DOWN: 'DOWN', UNKNOWN: 'NOT KNOWN', AWAY: 'UNREACHABLE', REFUSING: 'CUSTOMERS REFUSED', DECLINING: 'PAYMENTS DECLINED', ATTENTION: 'NEEDS ATTENTION', FAILING: 'CALLS FAIL',
        'orders.UP': 'Orders are accepted', 'orders.ATTENTION': 'Orders are tested again', 'orders.REFUSING': 'Orders are refused', 'orders.DECLINING': 'Most payments are declined', 'orders.DOWN': 'No order can be placed', 'orders.UNKNOWN': 'Orders: not known',
        'shipping.UP': 'Shipping works', 'shipping.ATTENTION': 'Shipping waits for payments', 'shipping.DOWN': 'Shipping stands still', 'shipping.UNKNOWN': 'Shipping: not known', 'tracking.UP': 'Tracking works', 'tracking.DOWN': 'Tracking stands still', 'tracking.UNKNOWN': 'Tracking: not known',
        error: 'error', 'unanswered.unreachable': 'unreachable', start: 'Start {route}', 'start.done': 'The route {route} is started.', 'start.failed': 'The route {route} is not started: {reason}',
        problems: 'What is wrong', 'problem.refused': '{refused} of {all} orders were refused since {since}: {causes}.', 'cause.500': '{count} failed (500)', 'cause.503': '{count} found payment unavailable or too busy (503)', 'cause.429': '{count} came too fast (429)', 'cause.other': '{count} with status {status}',
        'problem.breaker': 'The payment breaker is {state}: orders are refused at once. It tries again with the next orders a few seconds later. Look at pay and its provider.', 'problem.breaker.half_open': 'The payment breaker is {state}: it tests payment again with the next orders, and closes when they succeed. Others are refused meanwhile.',
        'problem.declined': 'The provider declined {declined} of {all} payments since {since}. These customers are not charged. Ask the provider for its reasons.', 'problem.aborted': '{count} orders were aborted by the customer before the answer since {since}. Orders may take too long.',
        'problem.stopped': 'Stopped in {context}: {routes}.', 'problem.stopped.there': 'Stopped in {context}: {routes}. Open {at}/hawtio/camel, choose {context}, routes, then the route, and press Start.', 'problem.down': '{context} is {state}{reason}.', 'problem.away': 'The process at {at} does not answer ({reason}): {contexts}.', 'problem.dead-letters': 'Dead letters: {contexts}. Remove the cause, then replay them below.', 'problem.refunds': 'Failed refunds: {count}. Run the command refunds.',
        'problem.audit': 'The audit cannot be written; its entries are in the log. Check the disk of the data folder.',
        audit: 'Who did what', show: 'Show', subject: 'Subject', correlation: 'Correlation id', order: 'Order or other object', time: 'Time', action: 'Action', result: 'Result', roles: 'Roles', none: 'No entry.', 'audit.missing': 'Not read: {processes}.', 'audit.omitted': ', {count} failed or repeated ones before it not recorded',
        waiting: 'Events to be received', payments: 'Payments that wait for the provider', 'problem.stuck': 'Orders without progress: {count}. They are listed below, or by the command reconcile.', 'problem.held': 'Nothing is shipped, after a restore or by phone82.store.dispatch: {count} due deliveries wait.', 'problem.outbox': 'The oldest event of {context} has not been sent for {minutes} min. Look at the broker.', 'problem.captures': 'Money is not collected: {count} payments wait for the provider, the oldest since {since}. Orders are accepted.', 'problem.payments': '{count} payments wait for the provider, the oldest since {since}.', 'problem.dead-letters.of': '{context} {count}', runbook: 'What to do', 'open.hawtio': 'Hawtio of this process',
        'problem.new-owners': 'Orders whose new owner pay or store does not have: {count}, the oldest for {minutes} min.',
        refusals: 'Orders refused in the last hour', 'refusals.all': '{refused} of {orders} orders were refused, the last one at {time}.',
        repairs: 'What waits for you', 'repair.type': 'Event', 'repair.since': 'Since', 'repair.cause': 'Cause', 'repair.no': 'Cancel', 'repair.more': 'The oldest {count} are shown.',
        'repair.dead-letters': 'Dead letters of {context}', 'repair.dead-letters.all': 'Replay all', 'repair.dead-letters.all-of': 'Replay all dead letters of {context}', 'repair.dead-letters.one': 'Replay', 'repair.dead-letters.one-of': 'Replay {type} of order {order} in {context}',
        'repair.dead-letters.about': 'Remove the cause first: an event that fails again stays a dead letter. An event takes effect only once.',
        'repair.dead-letters.done': 'Dead letters replayed: {repaired}.', 'repair.dead-letters.partly': 'Dead letters replayed: {repaired}; failed again and stay: {failed}.', 'repair.dead-letters.some': 'Dead letters replayed: {repaired}; more are waiting, so repeat it.', 'repair.dead-letters.untried': 'Dead letters replayed: {repaired}; failed again and stay: {failed}; others were not tried: run “dead-letters replay”.',
        'repair.stuck-orders': 'Orders without progress', 'repair.stuck-orders.all': 'Ask again for all', 'repair.stuck-orders.all-of': 'Ask again for all orders without progress', 'repair.stuck-orders.one': 'Ask again', 'repair.stuck-orders.one-of': 'Ask again for order {order}',
        'repair.stuck-orders.about': 'App, pay and store send the events of the order again; what has taken effect already is ignored.',
        'repair.stuck-orders.done': 'Orders whose events will be sent again: {repaired}.', 'repair.failed': 'Not repaired: {reason}',
        trends: 'The last hour', 'trends.none': 'The first samples come within half a minute.', 'trends.orders': 'Orders', 'trends.minute': 'Last minute', 'trends.hour': 'Last hour', 'trends.course': 'Trend', 'trends.highest': 'highest {value}', 'trends.worst': 'worst: {value}', 'trends.line': '{from} to {to}: from {least} to {most}', swipe: 'Swipe the tables sideways for more columns.',
        'trends.context': 'Context', 'trends.rate': 'Requests per second', 'trends.errors': 'Server errors', 'trends.duration': 'Mean duration', 'trends.oldest': 'Oldest unsent event', 'trends.breaker': 'Breaker',
        'order.201': 'Accepted', 'order.402': 'Payment declined (402)', 'order.422': 'Invalid (422)', 'order.429': 'Too fast (429)', 'order.500': 'Failed (500)', 'order.503': 'Payment unavailable or too busy (503)', 'order.closed': 'Aborted by the customer', 'order.other': 'Refused ({status})', 'order.shipped': 'Shipped',
        break: 'Break it', 'break.about': 'For a demonstration: break something, place an order at the shop, and watch this page. Nothing is lost; undo ends the failure.', 'break.do': 'Break it', 'break.undo': 'Undo', 'break.undo-all': 'Undo all', 'break.unknown': 'Its process does not answer.', 'break.failed': 'Nothing was changed: {reason}', broken: 'Broken at the moment: {failures}.', 'failure.other': 'the provider by its own API ({operation}: {kind})',
        'failure.payments-declined': 'the provider declines every payment', 'expect.payments-declined': 'Orders are answered 402, and “Payments declined” grows. The breaker stays closed, because a decline is an answer.',
        'failure.provider-fails': 'the provider fails', 'expect.provider-fails': 'Orders are answered 503. After some of them the breaker opens and orders are refused at once. No refused customer is charged.',
        'failure.provider-slow': 'the provider answers late', 'expect.provider-slow': 'Authorisations take 0.4 to 0.8 s, longer than a customer waits: 503, and the breaker opens. What the provider reserves too late is released.',
        'failure.provider-hangs': 'the provider does not answer', 'expect.provider-hangs': 'Each order waits for its time limit, then it is answered 503, until the breaker opens.',
        'failure.captures-fail': 'the provider takes no money', 'expect.captures-fail': 'Orders are accepted but stay Ordered, and the payments that wait for the provider grow. After undo each payment is captured once, and the orders ship.',
        'failure.store-receives-nothing': 'store receives no events', 'expect.store-receives-nothing': 'Orders are accepted and stay Paid, and the events to be received grow. After undo each order ships once.',
        'failure.store-ships-nothing': 'store ships nothing', 'expect.store-ships-nothing': 'Deliveries stay Received. After undo they ship.',
        'failure.view-stands-still': 'customers see no progress', 'expect.view-stands-still': 'Orders are accepted and ship, but the view stands still, and the events to be received grow. After undo it catches up.',
        closed: 'closed', open: 'open', half_open: 'half open', forced_open: 'forced open', disabled: 'disabled', metrics_only: 'disabled', some: '{state}, {count} of {all}',
    },
    ko: {
        title: '운영 · phone82', other: 'English', metrics: '지표', health: '상태', now: '현재', contexts: '컨텍스트', here: '이 프로세스',
        orders: '접수된 주문', refused: '거절된 주문', declined: '결제 거절', minute: '최근 1분', breaker: '결제 서킷 브레이커', 'dead-letters': '처리하지 못한 이벤트', cancellations: '진행 중인 취소',
        refunds: '실패한 환불', outbox: '보낼 이벤트', readers: '스트림 구독자', attention: '확인 필요', unknown: '알 수 없음',
        age: '{time} 기준, {seconds}초마다 확인합니다.', trouble: '이 프로세스가 응답하지 않습니다({reason}). 마지막 상태를 보여 드립니다.',
        unseen: '어느 프로세스에도 없음: {contexts}.', UP: '정상', DOWN: '장애', UNKNOWN: '알 수 없음', AWAY: '연결 안 됨', REFUSING: '주문 거절 중', DECLINING: '결제 거절 중', ATTENTION: '확인 필요', FAILING: '호출 실패',
        'orders.UP': '주문 접수 정상', 'orders.ATTENTION': '주문 결제 재시험 중', 'orders.REFUSING': '주문이 거절됨', 'orders.DECLINING': '결제가 대부분 거절됨', 'orders.DOWN': '주문할 수 없음', 'orders.UNKNOWN': '주문 상태 알 수 없음',
        'shipping.UP': '발송 정상', 'shipping.ATTENTION': '발송이 결제를 기다림', 'shipping.DOWN': '발송 중단', 'shipping.UNKNOWN': '발송 상태 알 수 없음', 'tracking.UP': '조회 정상', 'tracking.DOWN': '조회 중단', 'tracking.UNKNOWN': '조회 상태 알 수 없음',
        error: '오류', 'unanswered.no answer in time': '응답 시간 초과', 'unanswered.unreachable': '연결할 수 없음', 'unanswered.it has another password': '비밀번호가 다름', start: '{route} 시작', 'start.done': '{route} 라우트를 시작했습니다.', 'start.failed': '{route} 라우트를 시작하지 못했습니다: {reason}',
        problems: '문제', 'problem.refused': '{since}부터 주문 {all}건 중 {refused}건이 거절되었습니다: {causes}.', 'cause.500': '오류 {count}건(500)', 'cause.503': '결제 불가 또는 혼잡 {count}건(503)', 'cause.429': '요청 과다 {count}건(429)', 'cause.other': '상태 {status} {count}건',
        'problem.breaker': '결제 서킷 브레이커가 {state} 상태입니다. 주문이 바로 거절됩니다. 몇 초 뒤 다음 주문으로 다시 시험합니다. pay와 결제사를 확인하세요.', 'problem.breaker.half_open': '결제 서킷 브레이커가 {state} 상태입니다. 다음 주문으로 결제를 다시 시험하고 성공하면 닫힙니다. 그동안 다른 주문은 거절됩니다.',
        'problem.declined': '{since}부터 결제사가 결제 {all}건 중 {declined}건을 거절했습니다. 이 고객에게는 청구하지 않습니다. 결제사에 이유를 문의하세요.', 'problem.aborted': '{since}부터 고객이 응답 전에 중단한 주문이 {count}건입니다. 주문 처리가 너무 오래 걸릴 수 있습니다.',
        'problem.stopped': '{context}에서 중지됨: {routes}.', 'problem.stopped.there': '{context}에서 중지됨: {routes}. {at}/hawtio/camel에서 {context}, routes, 해당 라우트를 차례로 고른 뒤 Start를 누르세요.', 'problem.down': '{context}: {state}{reason}.', 'problem.away': '{at} 프로세스가 응답하지 않습니다({reason}): {contexts}.', 'problem.dead-letters': '처리하지 못한 이벤트가 있습니다({contexts}). 원인을 없앤 뒤 아래에서 다시 처리하세요.', 'problem.refunds': '환불 {count}건이 실패했습니다. refunds 명령을 실행하세요.',
        'problem.audit': '감사 기록을 쓸 수 없어 로그에 남기고 있습니다. 데이터 폴더의 디스크를 확인하세요.',
        audit: '감사 기록', show: '조회', subject: '사용자', correlation: '상관관계 ID', order: '주문 등 대상', time: '시각', action: '작업', result: '결과', roles: '역할', none: '기록이 없습니다.', 'audit.missing': '읽지 못함: {processes}.', 'audit.omitted': ', 그 전의 실패하거나 반복된 요청 {count}건은 기록하지 않음',
        waiting: '받을 이벤트', payments: '결제사를 기다리는 결제', 'problem.stuck': '진행되지 않는 주문이 {count}건 있습니다. 아래 목록이나 reconcile 명령으로 확인하세요.', 'problem.held': '복원 뒤이거나 phone82.store.dispatch 설정 때문에 발송이 멈춰, 발송할 배송 {count}건이 기다립니다.', 'problem.outbox': '{context}의 가장 오래된 이벤트가 {minutes}분째 전송되지 않았습니다. 브로커를 확인하세요.', 'problem.captures': '대금이 들어오지 않습니다. 결제 {count}건이 결제사를 기다리며, 가장 오래된 것은 {since}부터입니다. 주문은 접수됩니다.', 'problem.payments': '결제 {count}건이 결제사를 기다리며, 가장 오래된 것은 {since}부터입니다.', 'problem.dead-letters.of': '{context} {count}건', runbook: '조치 방법', 'open.hawtio': '이 프로세스의 Hawtio',
        'problem.new-owners': 'pay나 store가 새 소유자를 받지 못한 주문이 {count}건 있으며, 가장 오래된 것은 {minutes}분째입니다.',
        refusals: '최근 1시간 동안 거절된 주문', 'refusals.all': '주문 {orders}건 중 {refused}건이 거절되었습니다. 마지막 거절: {time}.',
        repairs: '조치할 항목', 'repair.type': '이벤트', 'repair.since': '시작 시각', 'repair.cause': '원인', 'repair.no': '취소', 'repair.more': '가장 오래된 {count}건을 보여 드립니다.',
        'repair.dead-letters': '처리하지 못한 이벤트: {context}', 'repair.dead-letters.all': '모두 다시 처리', 'repair.dead-letters.all-of': '모두 다시 처리: {context}의 처리하지 못한 이벤트', 'repair.dead-letters.one': '다시 처리', 'repair.dead-letters.one-of': '다시 처리: {context}, 주문 {order}, {type}',
        'repair.dead-letters.about': '먼저 원인을 없애세요. 다시 실패한 이벤트는 그대로 남습니다. 이벤트는 한 번만 반영됩니다.',
        'repair.dead-letters.done': '이벤트 {repaired}건을 다시 처리했습니다.', 'repair.dead-letters.partly': '이벤트 {repaired}건을 다시 처리했고, {failed}건은 다시 실패하여 남았습니다.', 'repair.dead-letters.some': '이벤트 {repaired}건을 다시 처리했습니다. 남은 이벤트가 있으니 다시 실행하세요.', 'repair.dead-letters.untried': '이벤트 {repaired}건을 다시 처리했고, {failed}건은 다시 실패하여 남았습니다. 시도하지 못한 이벤트가 더 있으니 “dead-letters replay” 명령을 실행하세요.',
        'repair.stuck-orders': '진행되지 않는 주문', 'repair.stuck-orders.all': '모두 다시 요청', 'repair.stuck-orders.all-of': '모두 다시 요청: 진행되지 않는 주문', 'repair.stuck-orders.one': '다시 요청', 'repair.stuck-orders.one-of': '다시 요청: 주문 {order}',
        'repair.stuck-orders.about': 'app, pay, store가 주문의 이벤트를 다시 보냅니다. 이미 반영된 이벤트는 무시됩니다.',
        'repair.stuck-orders.done': '주문 {repaired}건의 이벤트를 곧 다시 보냅니다.', 'repair.failed': '조치하지 못했습니다: {reason}',
        trends: '최근 1시간', 'trends.none': '30초 안에 첫 기록이 나타납니다.', 'trends.orders': '주문', 'trends.minute': '최근 1분', 'trends.hour': '최근 1시간', 'trends.course': '추이', 'trends.highest': '최고 {value}', 'trends.worst': '최악: {value}', 'trends.line': '{from}~{to}: 최소 {least}, 최고 {most}', swipe: '표를 옆으로 밀면 나머지 열이 보입니다.',
        'trends.context': '컨텍스트', 'trends.rate': '초당 요청', 'trends.errors': '서버 오류', 'trends.duration': '평균 처리 시간', 'trends.oldest': '가장 오래 기다린 보낼 이벤트', 'trends.breaker': '서킷 브레이커',
        'order.201': '접수', 'order.402': '결제 거절(402)', 'order.422': '잘못된 주문(422)', 'order.429': '요청 과다(429)', 'order.500': '오류(500)', 'order.503': '결제 불가 또는 혼잡(503)', 'order.closed': '고객이 중단', 'order.other': '거절({status})', 'order.shipped': '발송',
        break: '장애 시연', 'break.about': '시연용입니다. 장애를 일으키고 상점에서 주문한 뒤 이 화면을 보세요. 잃는 것은 없으며, 되돌리면 장애가 끝납니다.', 'break.do': '장애 일으키기', 'break.undo': '되돌리기', 'break.undo-all': '모두 되돌리기', 'break.unknown': '해당 프로세스가 응답하지 않습니다.', 'break.failed': '바뀐 것이 없습니다: {reason}', broken: '현재 장애: {failures}.', 'failure.other': '결제사 API로 일으킨 장애({operation}: {kind})',
        'failure.payments-declined': '결제사가 모든 결제를 거절', 'expect.payments-declined': '주문에 402로 답하고 ‘결제 거절’이 늘어납니다. 거절도 응답이므로 서킷 브레이커는 닫혀 있습니다.',
        'failure.provider-fails': '결제사가 오류를 냄', 'expect.provider-fails': '주문에 503으로 답합니다. 몇 건 뒤에 서킷 브레이커가 열려 바로 거절합니다. 거절된 고객에게는 청구하지 않습니다.',
        'failure.provider-slow': '결제사가 늦게 응답', 'expect.provider-slow': '승인에 0.4~0.8초가 걸려 고객이 기다리는 시간을 넘깁니다. 503으로 답하고 서킷 브레이커가 열립니다. 늦게 잡힌 금액은 해제됩니다.',
        'failure.provider-hangs': '결제사가 응답하지 않음', 'expect.provider-hangs': '주문마다 제한 시간까지 기다린 뒤 503으로 답하다가 서킷 브레이커가 열립니다.',
        'failure.captures-fail': '결제사가 대금을 받지 않음', 'expect.captures-fail': '주문은 접수되지만 Ordered에 머물고 결제사를 기다리는 결제가 늘어납니다. 되돌리면 결제가 한 번씩 확정되고 발송됩니다.',
        'failure.store-receives-nothing': 'store가 이벤트를 받지 않음', 'expect.store-receives-nothing': '주문은 접수되지만 Paid에 머물고 받을 이벤트가 늘어납니다. 되돌리면 주문마다 한 번씩 발송됩니다.',
        'failure.store-ships-nothing': 'store가 발송하지 않음', 'expect.store-ships-nothing': '발송 건이 Received에 머뭅니다. 되돌리면 발송됩니다.',
        'failure.view-stands-still': '고객이 진행 상황을 보지 못함', 'expect.view-stands-still': '주문은 접수되고 발송되지만 고객 화면은 멈추고 받을 이벤트가 늘어납니다. 되돌리면 따라잡습니다.',
        closed: '닫힘', open: '열림', half_open: '반열림', forced_open: '강제 열림', disabled: '꺼짐', metrics_only: '꺼짐', some: '{state}, {all}개 중 {count}개',
    },
};

export const place = id => document.getElementById(id);
const root = document.documentElement;
let chosen = 'en';

/** The language of the texts; the attribute is another one while the browser translates the page. */
export const language = () => chosen;

export function speak(name) {
    chosen = name;
    root.lang = name;
}

export const say = (key, values = {}) => (WORDS[language()][key] ?? key).replace(/\{(\w+)}/g, (whole, name) => values[name] ?? '');

export const clock = time => time.toLocaleTimeString(language());

/** A time that may be of another day. */
export const moment = time => Date.now() - time > 12 * 3_600_000 ? time.toLocaleString(language()) : clock(time);

/** A text of a process, with its times as local ones. */
export const readable = text => String(text).replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, time => new Date(time).toLocaleString(language()));

/** Longer than the slowest answer takes: without a limit, a process that hangs would stop the page for ever, ms. */
const PATIENCE = 15_000;

export const get = path => fetch(path, {cache: 'no-store', signal: AbortSignal.timeout(PATIENCE)});

export function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.append(...children.flat().filter(child => child != null && child !== false));
    return element;
}

/** Writes a text unless it is there already, so that it stays selected and is not read aloud again. */
export function write(element, text) {
    if (element.textContent !== text) {
        element.textContent = text;
    }
}

const drawn = new WeakMap();

/**
 * Replaces the contents of an element if they show something else, so that they keep focus and selection otherwise. If they do, the focused
 * control keeps the focus if it still exists.
 *
 * @param data    what the contents show besides texts in the current language
 * @param content returns the new contents
 * @returns whether they have been replaced
 */
export function redraw(element, data, content) {
    const shown = JSON.stringify([language(), data]);
    if (drawn.get(element) === shown) {
        return false;
    }
    drawn.set(element, shown);
    const name = each => each.dataset.repair ?? each.getAttribute('aria-label') ?? each.textContent;
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    element.replaceChildren(...content());
    if (focused) {
        [...element.querySelectorAll(focused.localName)].find(each => name(each) === name(focused))?.focus({preventScroll: true});
    }
    return true;
}
