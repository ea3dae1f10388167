// The texts of the operator's page in its languages, and what its scripts share to show them.
export const WORDS = {
    en: {
        title: 'Operator · phone82', other: '한국어', metrics: 'Metrics', health: 'Health', now: 'Now', contexts: 'Contexts', here: 'this process',
        orders: 'Orders accepted', refused: 'Orders refused', declined: 'Payments declined', in: 'in {seconds} s', breaker: 'Breaker of the payment', 'dead-letters': 'Dead letters', cancellations: 'Open cancellations',
        refunds: 'Failed refunds', outbox: 'Events to be sent', readers: 'Readers of the stream', attention: 'needs attention', unknown: 'not known',
        age: 'As of {time}, refreshed every {seconds} s.', trouble: 'This process does not answer ({reason}). The page shows its last known state.',
        unseen: 'No process shows: {contexts}.', UP: 'UP', DOWN: 'DOWN', AWAY: 'UNREACHABLE', REFUSING: 'CUSTOMERS REFUSED', ATTENTION: 'NEEDS ATTENTION',
        problems: 'What is wrong', 'problem.refused': '{refused} of {all} orders were refused in the last {seconds} s: {causes}.', 'cause.500': '{count} failed (500)', 'cause.503': '{count} found payment unavailable or too busy (503)', 'cause.429': '{count} came too fast (429)', 'cause.closed': '{count} were aborted by the customer', 'cause.other': '{count} with status {status}',
        'problem.breaker': 'The circuit breaker of the payment is {state}: orders are refused at once. Look at pay and its provider.', 'problem.down': '{context} is {state}{reason}.', 'problem.away': 'The process at {at} does not answer ({reason}): {contexts}.', 'problem.dead-letters': 'Events that could not be processed: {contexts}. List and replay them with the command dead-letters.', 'problem.refunds': 'Failed refunds: {count}. Run the command refunds.',
        'problem.audit': 'The audit cannot be written; its entries are in the log. Check the disk of the data folder.',
        audit: 'Who did what', show: 'Show', subject: 'Subject', correlation: 'Correlation id', order: 'Order or other object', time: 'Time', action: 'Action', result: 'Result', roles: 'Roles', none: 'No entry.', 'audit.missing': 'Not read: {processes}.', 'audit.omitted': ', {count} anonymous ones before it not recorded',
        waiting: 'Events to be received', 'problem.dead-letters.of': '{context} {count}',
        trends: 'The last hour', 'trends.none': 'The first samples come within half a minute.', 'trends.orders': 'Orders', 'trends.minute': 'Last minute', 'trends.hour': 'Last hour', 'trends.course': 'Course', 'trends.highest': 'highest {value}',
        'trends.context': 'Context', 'trends.rate': 'Requests per second', 'trends.errors': 'Server errors', 'trends.duration': 'Mean duration', 'trends.oldest': 'Oldest unsent event', 'trends.breaker': 'Breaker',
        'order.201': 'Accepted', 'order.402': 'Payment declined (402)', 'order.429': 'Too fast (429)', 'order.500': 'Failed (500)', 'order.503': 'Payment unavailable or too busy (503)', 'order.closed': 'Aborted by the customer', 'order.other': 'Refused ({status})', 'order.shipped': 'Shipped',
        closed: 'closed', open: 'open', half_open: 'half open', forced_open: 'forced open', disabled: 'disabled', metrics_only: 'disabled', some: '{state}, {count} of {all}',
    },
    ko: {
        title: '운영 · phone82', other: 'English', metrics: '지표', health: '상태', now: '현재', contexts: '컨텍스트', here: '이 프로세스',
        orders: '접수된 주문', refused: '거절된 주문', declined: '승인 거절', in: '{seconds}초 동안', breaker: '결제 차단기', 'dead-letters': '배달 못 한 이벤트', cancellations: '진행 중인 취소',
        refunds: '실패한 환불', outbox: '보낼 이벤트', readers: '스트림 구독자', attention: '확인 필요', unknown: '알 수 없음',
        age: '{time} 기준, {seconds}초마다 확인합니다.', trouble: '이 프로세스가 응답하지 않습니다({reason}). 마지막 상태를 보여 드립니다.',
        unseen: '어느 프로세스에도 없음: {contexts}.', UP: '정상', DOWN: '장애', AWAY: '연결 안 됨', REFUSING: '주문 거절 중', ATTENTION: '확인 필요',
        problems: '문제', 'problem.refused': '최근 {seconds}초 동안 주문 {all}건 중 {refused}건이 거절되었습니다: {causes}.', 'cause.500': '오류 {count}건(500)', 'cause.503': '결제 불가 또는 혼잡 {count}건(503)', 'cause.429': '요청 과다 {count}건(429)', 'cause.closed': '고객 포기 {count}건', 'cause.other': '상태 {status} {count}건',
        'problem.breaker': '결제 차단기가 {state} 상태입니다. 주문이 바로 거절됩니다. pay와 결제사를 확인하세요.', 'problem.down': '{context}: {state}{reason}.', 'problem.away': '{at} 프로세스가 응답하지 않습니다({reason}): {contexts}.', 'problem.dead-letters': '처리하지 못한 이벤트가 있습니다({contexts}). dead-letters 명령으로 확인하고 다시 처리하세요.', 'problem.refunds': '환불 {count}건이 실패했습니다. refunds 명령을 실행하세요.',
        'problem.audit': '감사 기록을 쓸 수 없어 로그에 남기고 있습니다. 데이터 폴더의 디스크를 확인하세요.',
        audit: '감사 기록', show: '조회', subject: '사용자', correlation: '상관관계 ID', order: '주문 등 대상', time: '시각', action: '작업', result: '결과', roles: '역할', none: '기록이 없습니다.', 'audit.missing': '읽지 못함: {processes}.', 'audit.omitted': ', 그 전의 익명 거절 {count}건은 기록하지 않음',
        waiting: '받을 이벤트', 'problem.dead-letters.of': '{context} {count}건',
        trends: '최근 1시간', 'trends.none': '30초 안에 첫 기록이 나타납니다.', 'trends.orders': '주문', 'trends.minute': '최근 1분', 'trends.hour': '최근 1시간', 'trends.course': '추이', 'trends.highest': '최고 {value}',
        'trends.context': '컨텍스트', 'trends.rate': '초당 요청', 'trends.errors': '서버 오류', 'trends.duration': '평균 처리 시간', 'trends.oldest': '가장 오래 기다린 보낼 이벤트', 'trends.breaker': '차단기',
        'order.201': '접수', 'order.402': '승인 거절(402)', 'order.429': '요청 과다(429)', 'order.500': '오류(500)', 'order.503': '결제 불가 또는 혼잡(503)', 'order.closed': '고객 포기', 'order.other': '거절({status})', 'order.shipped': '배송 시작',
        closed: '닫힘', open: '열림', half_open: '반열림', forced_open: '강제 열림', disabled: '꺼짐', metrics_only: '꺼짐', some: '{state}, {all}개 중 {count}개',
    },
};

export const place = id => document.getElementById(id);
export const root = document.documentElement;
export const say = (key, values = {}) => (WORDS[root.lang][key] ?? key).replace(/\{(\w+)}/g, (whole, name) => values[name] ?? '');

export function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.append(...children.flat().filter(child => child != null && child !== false));
    return element;
}
