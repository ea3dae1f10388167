// All texts of the page in both languages. {name} is a placeholder; texts named .one are for a count of one.
const WORDS = {
    en: {
        'other': '한국어', 'other.label': '한국어로 보기', 'skip': 'Skip to the content', 'nav': 'Main', 'theme': 'Switch between light and dark',
        'tab.shop': 'Phones', 'tab.mine': 'My orders', 'tab.dealer': 'Dealer', 'docs': 'For developers: the API',
        'lost': 'Connection lost. Reconnecting …', 'found': 'Connected again. Everything is up to date.', 'again': 'Try again', 'late': 'This page loads slowly, or a part of it did not load.', 'more': 'Show more', 'in': 'in {time}',
        'nothing.title': 'Page not found', 'nothing.text': 'The address may be mistyped.', 'nothing.go': 'See the phones', 'nothing.operator': 'The operator’s console has a port of its own: http://localhost:9090, unless the last lines of the start name another.',
        'shop.title': 'Which phone would you like?', 'shop.lead': 'You pay when you order, and can cancel until it is shipped.',
        'shop.models': 'Model', 'shop.qty': 'Quantity', 'shop.less': 'One less', 'shop.more': 'One more', 'shop.total': 'Total',
        'shop.find': 'Search', 'shop.found': '{count} phones found.', 'shop.found.one': '1 phone found.', 'shop.none': 'No phone matches “{words}”.', 'shop.none.text': 'Try a brand, a model, a colour or a feature, for example “galaxy”, “blue” or “5000 mAh”.', 'shop.everything': 'Show all phones',
        'shop.storage': 'Storage', 'shop.colour': 'Colour', 'shop.from': 'from {price}', 'shop.specs': '{name} in detail',
        'spec.display': 'Display', 'spec.processor': 'Processor', 'spec.memory': 'Memory', 'spec.camera': 'Camera', 'spec.battery': 'Battery', 'spec.weight': 'Weight',
        'colour.black': 'black', 'colour.white': 'white', 'colour.silver': 'silver', 'colour.grey': 'grey', 'colour.blue': 'blue', 'colour.navy': 'navy', 'colour.green': 'green', 'colour.mint': 'mint', 'colour.purple': 'purple', 'colour.pink': 'pink', 'colour.red': 'red', 'colour.orange': 'orange', 'colour.yellow': 'yellow', 'colour.gold': 'gold',
        'colours.grey': 'gray',
        'shop.order': 'Order now', 'shop.ordering': 'Ordering …', 'shop.range': 'A whole number from 1 to 100, please.',
        'shop.busy': 'Payment is unavailable right now', 'shop.busy.text': 'There is no order and nothing was charged. Your choice is kept.',
        'shop.declined': 'The payment was declined', 'shop.declined.text': 'There is no order and nothing was charged. Ask your bank, or choose a cheaper phone or fewer.',
        'shop.refused.text': 'There is no order and nothing was charged. Choose another phone or quantity.',
        'shop.price': 'The price has changed', 'shop.price.text': 'There is no order and nothing was charged. Check the new total before you order.',
        'shop.gone': 'The phone that you chose is no longer sold', 'shop.gone.text': 'Choose another one.',
        'shop.user': 'Another user is logged in now', 'shop.user.gone': 'The user who sent it is no longer logged in. If it was you, log in to see whether it arrived.',
        'shop.checking': 'Checking your order …', 'shop.what': '{item} × {qty}, sent at {time}.',
        'shop.unsure': 'Your order is not confirmed yet', 'shop.unsure.text': 'If it arrived, it was charged once. Checking it neither orders nor charges anything.', 'shop.missing': 'Your order has not arrived yet', 'shop.missing.text': 'Nothing was charged so far. You can send it again: it is never placed twice.', 'shop.send': 'Send it again',
        'shop.lost': 'Your order did not arrive', 'shop.lost.text': 'There is no order and nothing was charged. Order again if you still want it.', 'shop.other': 'The chosen phone is not among those found. Choose one of them.', 'shop.anonymous': 'You are not logged in any more', 'shop.anonymous.text': 'There is no order and nothing was charged. Your choice is kept.',
        'shop.old.text': 'It is too long ago to check. Look for it among the orders before you order again.',
        'shop.old.guest': 'It is too long ago to check. Contact us before you order again.',
        'shop.check': 'Check again', 'shop.abandon': 'Cancel it', 'shop.discard': 'Discard',
        'shop.again': 'Try again', 'shop.again.in': 'Try again in {seconds} s', 'shop.done': 'Order {id} is placed.',
        'shop.order.guest': 'Order as a guest', 'shop.login': 'Log in', 'shop.guest': 'As a guest you get a link that shows and cancels this order. With a login all your orders are together.',
        'guest.title': 'Keep this link', 'guest.keep': 'Only this link shows your order. Anyone who has it can cancel the order, so do not pass it on.', 'guest.link': 'Tracking link',
        'guest.copy': 'Copy', 'guest.copied': 'The link is copied.', 'guest.selected': 'The link is selected: copy it.', 'guest.claim': 'Add to my orders', 'guest.claimed': 'The order is now in your account.', 'guest.claim.not': 'The order is not added',
        'guest.login': 'Log in to add it to your orders', 'guest.revoke': 'End this link', 'guest.revoke.not': 'The link still works', 'guest.sure': 'End this link?', 'guest.sure.no': 'Keep it',
        'guest.sure.text': 'Nobody can see or cancel the order with it any more, not even you. The order stays as it is.',
        'guest.ended': 'The link no longer works', 'guest.ended.text': 'It was ended, the order was added to an account, or a part of the link is missing. If you have an account, look for the order there.',
        'mine.title': 'My orders', 'mine.none': 'You have not ordered anything from this browser yet.', 'mine.none.account': 'You have not ordered anything yet.', 'mine.hint': 'These are the orders made from this browser. Find any other by its number.', 'mine.all': 'All orders',
        'mine.anonymous': 'Log in to see your orders.', 'mine.guest': 'An order that you made as a guest is shown by its tracking link.',
        'orders.title': 'All orders', 'orders.status': 'Status', 'orders.model': 'Model', 'orders.all': 'All', 'orders.size': 'Per page',
        'orders.none': 'Nothing here yet.', 'orders.none.filter': 'No order matches these filters.', 'orders.first': 'Order a phone',
        'orders.newest': 'Newest', 'orders.newer': 'Newer', 'orders.older': 'Older', 'orders.pages': 'Pages', 'orders.fresh': '{count} new – show', 'orders.filters': 'Filters',
        'orders.find': 'Order no.', 'orders.go': 'Show', 'orders.number': 'Order {id}', 'orders.shown': '{count} orders shown', 'orders.shown.one': '1 order shown',
        'order.title': 'Order {id}', 'order.missing': 'There is no order {id}.', 'order.missing.text': 'Check the number. The order of a guest is shown by its tracking link only.', 'order.progress': 'Progress', 'order.price': '{qty} × {price}',
        'order.timeline': 'History', 'order.correlation': 'Reference', 'order.print': 'Print the receipt', 'order.date': 'Ordered at', 'order.again': 'Order this again',
        'order.cancel': 'Cancel the order', 'order.until': 'You can cancel until it is shipped.',
        'order.dealer.away': 'The dealer cannot be reached at the moment. Your order is safe and is shipped when the dealer is back.',
        'order.away': 'The order cannot be looked up at the moment. This page tries again by itself.',
        'truth.ordered': 'We have your order. The payment is being completed.', 'truth.paid': 'Your order is paid. The dealer prepares it next.',
        'truth.leaves': 'Your {item} leaves {time}.', 'truth.leaving': 'Your {item} is about to leave.', 'truth.shipped': 'Your {item} was shipped at {time}.',
        'truth.delayed': 'Your {item} is delayed. The dealer ships it as soon as possible.',
        'truth.cancelling': 'Your order is being cancelled. This page shows the outcome by itself.', 'truth.cancelled': 'Your order is cancelled.',
        'truth.cancelled.at': 'Your order was cancelled at {time}.', 'truth.cancelled.payment': 'Your order was cancelled at {time}: the payment was refused.',
        'money.none': 'Nothing has been charged yet.', 'money.unknown': 'The payment cannot be looked up at the moment.',
        'money.Authorised': '{amount} reserved at {time}, not charged yet.', 'money.Completed': '{amount} paid at {time}.',
        'money.Refunding': '{amount} is on its way back to you.', 'money.Refunded': '{amount} refunded at {time}. Your bank may take a few days to show it.', 'money.Refunded.plain': '{amount} refunded.',
        'money.RefundFailed': 'We owe you {amount}: the refund failed. We will contact you.',
        'money.Voided': 'Nothing was charged. The reserved {amount} was released.', 'money.Expired': 'Nothing was charged. The reserved {amount} has expired.',
        'plain.guest': 'A tracking link needs JavaScript. Please turn it on.',
        'plain.shop': 'Ordering needs JavaScript. Please turn it on. Without it you can still follow an order of your account: its address ends in /orders/ and the order number.',
        'plain.list': 'This list needs JavaScript. Please turn it on. Without it you can still follow an order: its address ends in /orders/ and the order number.',
        'plain.dealer': 'This work needs JavaScript. Please turn it on.', 'plain.order': 'Without JavaScript this page does not update by itself, and the order cannot be cancelled here.', 'plain.reload': 'Show the latest state',
        'plain.cancelling': 'Your order is being cancelled.', 'plain.away': 'The order cannot be looked up at the moment. Try again in a few seconds.',
        'plain.refused': 'You may not see orders', 'plain.refused.text': 'Log in as the customer who placed the order.',
        'plain.login': 'You are not logged in', 'plain.login.text': 'The login took too long, was cancelled, or another one began meanwhile.',
        'plain.unavailable': 'The shop is unavailable at the moment. Try again in a few seconds.', 'plain.many': 'That was too much at once. Try again in a few seconds.',
        'sure.title': 'Cancel order {id}?', 'sure.text': '{item} × {qty}. You get back what you have paid.', 'sure.paid': '{item} × {qty}. You get {amount} back.', 'sure.yes': 'Yes, cancel it', 'sure.no': 'Keep it',
        'cancel.done': 'Order {id} is cancelled.', 'cancel.late': 'Too late: it has just been shipped.', 'cancel.late.text': 'The parcel is on its way, so the order stays as it is.',
        'cancel.no': 'The order cannot be cancelled', 'cancel.no.text': 'It stays as it is.', 'cancel.busy': 'The cancellation did not go through', 'cancel.busy.text': 'Everything is as before. Try again in {seconds} s.',
        'cancel.unsure': 'We do not know yet whether the order is cancelled', 'cancel.unsure.text': 'If it is, you get your money back; if not, the order continues. This page shows the outcome by itself. You may cancel again.',
        'stage.Ordered': 'Ordered', 'stage.Paid': 'Paid', 'stage.Received': 'With the dealer', 'stage.Shipped': 'Shipped', 'stage.now': 'next', 'stage.not': 'not yet', 'stage.never': 'cancelled',
        'status.Ordered': 'Ordered', 'status.Paid': 'Paid', 'status.Shipped': 'Shipped', 'status.Cancelling': 'Cancelling', 'status.Delayed': 'Delayed', 'status.Cancelled': 'Cancelled',
        'delivery.Received': 'To ship', 'delivery.Paused': 'Paused', 'delivery.Held': 'Being cancelled', 'delivery.Shipped': 'Shipped', 'delivery.Cancelled': 'Cancelled',
        'event.Ordered': 'Ordered', 'event.PayCompleted': 'Paid', 'event.OrderReceived': 'With the dealer', 'event.Shipped': 'Shipped', 'event.CancellationRefused': 'Cancellation not possible',
        'event.LinkEnded': 'Tracking link ended', 'event.OrderAssigned': 'Added to your account', 'event.DeliveryPaused': 'Shipment delayed', 'event.DeliveryResumed': 'Shipment no longer delayed', 'event.DeliveryCancelled': 'Delivery stopped', 'event.OrderCancelled': 'Cancelled', 'event.PayCancelled': 'Refunded', 'event.RefundFailed': 'Refund failed',
        'dealer.title': 'Deliveries', 'dealer.queues': 'Queues', 'dealer.ship': 'To ship', 'dealer.paused': 'Paused', 'dealer.held': 'Being cancelled', 'dealer.shipped': 'Shipped', 'dealer.cancelled': 'Cancelled', 'dealer.all': 'All',
        'dealer.none': 'Nothing to ship.', 'dealer.none.other': 'Nothing here.', 'dealer.none.model': 'No delivery of this model here.', 'dealer.none.found': 'There is no delivery of order {id}. An order that is not paid yet has none.',
        'dealer.due': 'due now', 'dealer.left.Cancelled': 'Order {id} was cancelled. Do not ship it.', 'dealer.left.Held': 'Order {id} is being cancelled. Do not ship it.', 'dealer.left.Shipped': 'Order {id} was shipped.', 'dealer.left.Paused': 'Order {id} was paused.', 'dealer.away': 'The store cannot be reached at the moment', 'dealer.away.text': 'You see the last known state. This page tries again by itself.', 'dealer.away.empty': 'This page tries again by itself.',
        'dealer.newest': 'The newest {count} deliveries.', 'dealer.first': 'The first {count} deliveries by ship-by time.', 'dealer.count': '{count} deliveries.', 'dealer.count.one': 'One delivery.', 'dealer.more': 'Load more',
        'dealer.export': 'Export as CSV', 'dealer.exporting': 'Exporting … {count}', 'dealer.exported': '{count} deliveries exported.', 'dealer.exported.one': 'One delivery exported.', 'dealer.export.not': 'The export did not work.',
        'select.all': 'Select all', 'select.one': 'Select order {id}', 'select.count': '{count} selected', 'select.tools': 'Selected deliveries',
        'ship.selected': 'Ship', 'pause.selected': 'Pause', 'resume.selected': 'Resume', 'slips.selected': 'Packing slips',
        'batch.title': 'Progress', 'batch.running': '{done} of {all} done', 'batch.done': '{good} of {all} done', 'batch.failed': '{good} of {all} done, {bad} not.',
        'batch.stopped': 'Stopped: {good} of {all} done. The others are as they were.', 'batch.stop': 'Stop', 'batch.close': 'Close', 'batch.busy': 'Wait until the orders above are done, or stop.',
        'ship.now': 'Ship now', 'ship.busy': 'Shipping …', 'ship.done': 'Order {id} is shipped.', 'ship.late': 'Order {id} was shipped already.', 'ship.late.at': 'Order {id} was shipped already at {time}.',
        'ship.held': 'Do not ship order {id}: it is being cancelled.', 'ship.cancelled': 'Order {id} is cancelled and is not shipped.', 'ship.paused': 'Order {id} is paused. Resume it first.',
        'ship.stopped': 'Order {id} is not shipped: nothing is shipped until an operator allows it.',
        'ship.not': 'Order {id} is not shipped.', 'ship.unsure': 'We do not know yet whether order {id} is shipped. You may try again: it is shipped once.',
        'pause.now': 'Pause', 'pause.busy': 'Pausing …', 'pause.done': 'Order {id} is paused.', 'pause.not': 'Order {id} is not paused.', 'pause.unsure': 'We do not know yet whether order {id} is paused. You may try again.',
        'pause.title': 'Pause order {id}?', 'pause.title.many': 'Pause {count} orders?', 'pause.text': 'A paused order is not shipped until you resume it. The customer sees that it is delayed, but not why.', 'pause.reason': 'Reason, for you and your colleagues', 'pause.yes': 'Pause', 'pause.no': 'Back',
        'pause.invalid': 'The reason must be one line of 1 to 200 visible characters.', 'pause.since': 'since {time}',
        'resume.now': 'Resume', 'resume.busy': 'Resuming …', 'resume.done': 'Order {id} is no longer paused.', 'resume.not': 'Order {id} is still paused.', 'resume.unsure': 'We do not know yet whether order {id} is still paused. You may try again.',
        'slips.title': 'Packing slips', 'slips.back': 'Deliveries', 'slips.print': 'Print', 'slips.most': 'Print at most {count} packing slips at once.', 'slips.none': 'Select deliveries first, then print their packing slips.', 'slips.slip': 'Packing slip', 'slips.order': 'Order', 'slips.item': 'Item', 'slips.qty': 'Quantity', 'slips.by': 'Ship by', 'slips.packed': 'Packed by',
        'slips.not': 'Not to be packed', 'slips.missing': 'Order {id}: there is no delivery.', 'slips.status': 'Order {id}: {status}', 'slips.refused': 'Order {id} could not be read.', 'slips.count': '{count} packing slips', 'slips.count.one': 'One packing slip',
        'bad.0': 'No connection. Check the network and try again.', 'bad.401': 'You are not logged in.', 'bad.403': 'Your account is not allowed to do this.', 'bad.404': 'That does not exist.', 'bad.429': 'That was too much at once. Try again in {seconds} s.', 'bad.500': 'Something went wrong on our side. Try again.', 'bad.503': 'This part of the shop is unavailable. Try again in {seconds} s.', 'bad.other': 'The shop did not accept this.', 'bad.title': 'That did not work',
    },
    ko: {
        'other': 'English', 'other.label': 'View in English', 'skip': '본문으로 건너뛰기', 'nav': '주 메뉴', 'theme': '라이트/다크 모드 전환',
        'tab.shop': '휴대폰', 'tab.mine': '내 주문', 'tab.dealer': '대리점', 'docs': '개발자용: API',
        'lost': '연결이 끊겼습니다. 다시 연결하는 중 …', 'found': '다시 연결되었습니다. 최신 상태입니다.', 'again': '다시 시도', 'late': '페이지를 불러오는 데 오래 걸리거나 일부를 불러오지 못했습니다.', 'more': '더 보기', 'in': '{time} 후',
        'nothing.title': '페이지를 찾을 수 없습니다', 'nothing.text': '주소를 확인해 주세요.', 'nothing.go': '휴대폰 보기', 'nothing.operator': '운영 콘솔은 별도의 포트에 있습니다. 시작 로그의 마지막 줄에 다른 주소가 없으면 http://localhost:9090입니다.',
        'shop.title': '어떤 휴대폰을 찾으세요?', 'shop.lead': '주문하면 바로 결제되며, 발송 전까지 취소할 수 있습니다.',
        'shop.models': '모델', 'shop.qty': '수량', 'shop.less': '수량 1개 줄이기', 'shop.more': '수량 1개 늘리기', 'shop.total': '합계',
        'shop.find': '검색', 'shop.found': '휴대폰 {count}종을 찾았습니다.', 'shop.none': '‘{words}’ 검색 결과가 없습니다.', 'shop.none.text': '브랜드, 모델, 색상이나 사양으로 찾아보세요. 예: ‘갤럭시’, ‘블루’, ‘5000 mAh’', 'shop.everything': '모든 휴대폰 보기',
        'shop.storage': '저장 용량', 'shop.colour': '색상', 'shop.from': '{price}부터', 'shop.specs': '{name} 상세 사양',
        'spec.display': '화면', 'spec.processor': '프로세서', 'spec.memory': '메모리', 'spec.camera': '카메라', 'spec.battery': '배터리', 'spec.weight': '무게',
        'colour.black': '블랙', 'colour.white': '화이트', 'colour.silver': '실버', 'colour.grey': '그레이', 'colour.blue': '블루', 'colour.navy': '네이비', 'colour.green': '그린', 'colour.mint': '민트', 'colour.purple': '퍼플', 'colour.pink': '핑크', 'colour.red': '레드', 'colour.orange': '오렌지', 'colour.yellow': '옐로', 'colour.gold': '골드',
        'colours.black': '검정 검은색', 'colours.white': '흰색 하얀색', 'colours.silver': '은색', 'colours.grey': '회색', 'colours.blue': '파랑 파란색', 'colours.navy': '남색', 'colours.green': '초록 녹색', 'colours.purple': '보라 보라색', 'colours.pink': '분홍 분홍색', 'colours.red': '빨강 빨간색', 'colours.orange': '주황 주황색', 'colours.yellow': '노랑 노란색', 'colours.gold': '금색',
        'shop.order': '주문하기', 'shop.ordering': '주문 중…', 'shop.range': '수량은 1개부터 100개까지 입력할 수 있습니다.',
        'shop.busy': '지금은 결제할 수 없습니다', 'shop.busy.text': '주문되지 않았고 결제된 금액도 없습니다. 선택하신 상품과 수량은 그대로 유지됩니다. 잠시 후 다시 시도해 주세요.',
        'shop.declined': '결제가 거절되었습니다', 'shop.declined.text': '주문되지 않았고 결제된 금액도 없습니다. 카드사에 문의하거나, 더 저렴한 휴대폰을 선택하거나 수량을 줄여 주세요.',
        'shop.refused.text': '주문되지 않았고 결제된 금액도 없습니다. 다른 휴대폰이나 수량을 선택해 주세요.',
        'shop.price': '가격이 변경되었습니다', 'shop.price.text': '주문되지 않았고 결제된 금액도 없습니다. 새 합계를 확인한 후 주문해 주세요.',
        'shop.gone': '선택하신 휴대폰은 더 이상 판매하지 않습니다', 'shop.gone.text': '다른 휴대폰을 선택해 주세요.',
        'shop.user': '다른 사용자로 로그인되어 있습니다', 'shop.user.gone': '주문을 요청한 사용자가 로그아웃되었습니다. 본인이라면 로그인하여 주문 여부를 확인해 주세요.',
        'shop.checking': '주문 확인 중…', 'shop.what': '{item} × {qty} ({time} 주문 요청).',
        'shop.unsure': '주문이 아직 확인되지 않았습니다', 'shop.unsure.text': '접수되었다면 한 번만 결제됩니다. ‘다시 확인’은 주문 여부만 조회합니다.', 'shop.missing': '주문이 아직 접수되지 않았습니다', 'shop.missing.text': '지금까지 결제된 금액은 없습니다. 다시 요청해도 중복 주문되지 않습니다.', 'shop.send': '다시 주문 요청',
        'shop.lost': '주문이 접수되지 않았습니다', 'shop.lost.text': '주문되지 않았고 결제된 금액도 없습니다. 원하시면 다시 주문해 주세요.', 'shop.other': '선택한 휴대폰이 검색 결과에 없습니다. 결과에서 선택해 주세요.', 'shop.anonymous': '로그인이 만료되었습니다', 'shop.anonymous.text': '주문되지 않았고 결제된 금액도 없습니다. 선택하신 상품과 수량은 그대로 유지됩니다.',
        'shop.old.text': '주문을 요청한 지 오래되어 여기서는 확인할 수 없습니다. 중복 주문되지 않도록 전체 주문에서 먼저 확인해 주세요.',
        'shop.old.guest': '주문을 요청한 지 오래되어 여기서는 확인할 수 없습니다. 다시 주문하기 전에 저희에게 문의해 주세요.',
        'shop.check': '다시 확인', 'shop.abandon': '주문 취소', 'shop.discard': '안내 닫기',
        'shop.again': '다시 시도', 'shop.again.in': '{seconds}초 후 다시 시도', 'shop.done': '{id}번 주문이 접수되었습니다.',
        'shop.order.guest': '비회원으로 주문', 'shop.login': '로그인', 'shop.guest': '비회원은 이 주문을 확인하고 취소할 수 있는 링크를 받습니다. 로그인하면 모든 주문을 한곳에서 볼 수 있습니다.',
        'guest.title': '이 링크를 보관하세요', 'guest.keep': '이 링크로만 주문을 볼 수 있습니다. 링크가 있으면 누구나 주문을 취소할 수 있으니 다른 사람과 공유하지 마세요.', 'guest.link': '주문 확인 링크',
        'guest.copy': '복사', 'guest.copied': '링크를 복사했습니다.', 'guest.selected': '링크가 선택되었습니다. 복사해 주세요.', 'guest.claim': '내 주문에 추가', 'guest.claimed': '내 주문에 추가했습니다.', 'guest.claim.not': '주문을 추가하지 못했습니다',
        'guest.login': '로그인하여 내 주문에 추가', 'guest.revoke': '링크 사용 중지', 'guest.revoke.not': '링크 사용을 중지하지 못했습니다', 'guest.sure': '이 링크의 사용을 중지할까요?', 'guest.sure.no': '그대로 두기',
        'guest.sure.text': '중지하면 본인을 포함해 누구도 이 링크로 주문을 보거나 취소할 수 없습니다. 주문은 취소되지 않습니다.',
        'guest.ended': '이 링크는 더 이상 사용할 수 없습니다', 'guest.ended.text': '링크 사용이 중지되었거나, 주문이 회원 계정에 추가되었거나, 링크 주소가 일부 잘렸을 수 있습니다. 회원이라면 로그인한 뒤 내 주문에서 확인해 주세요.',
        'mine.title': '내 주문', 'mine.none': '이 브라우저에서 주문한 내역이 없습니다.', 'mine.none.account': '주문 내역이 없습니다.', 'mine.anonymous': '주문 내역을 보려면 로그인해 주세요.', 'mine.guest': '비회원 주문은 주문 확인 링크로 볼 수 있습니다.', 'mine.hint': '이 브라우저에서 주문한 내역입니다. 다른 주문은 주문 번호로 찾을 수 있습니다.', 'mine.all': '전체 주문',
        'orders.title': '전체 주문', 'orders.status': '상태', 'orders.model': '모델', 'orders.all': '전체', 'orders.size': '표시 개수',
        'orders.none': '아직 주문이 없습니다.', 'orders.none.filter': '조건에 맞는 주문이 없습니다.', 'orders.first': '휴대폰 주문하기',
        'orders.newest': '최신 주문', 'orders.newer': '이전 페이지', 'orders.older': '다음 페이지', 'orders.pages': '페이지', 'orders.fresh': '새 주문 {count}건 보기', 'orders.filters': '필터',
        'orders.find': '주문 번호', 'orders.go': '조회', 'orders.number': '주문 번호 {id}', 'orders.shown': '주문 {count}건 표시',
        'order.title': '주문 번호 {id}', 'order.missing': '{id}번 주문을 찾을 수 없습니다.', 'order.missing.text': '주문 번호를 확인해 주세요. 비회원 주문은 주문 확인 링크로만 볼 수 있습니다.', 'order.progress': '진행 상황', 'order.price': '{price} × {qty}개',
        'order.timeline': '처리 내역', 'order.correlation': '문의용 번호', 'order.print': '주문 내역 인쇄', 'order.date': '주문 일시', 'order.again': '같은 상품 다시 주문',
        'order.cancel': '주문 취소', 'order.until': '발송 전까지 취소할 수 있습니다.',
        'order.dealer.away': '지금은 대리점 시스템에 연결할 수 없습니다. 주문은 정상적으로 접수되어 있으며, 다시 연결되는 대로 발송합니다.',
        'order.away': '지금은 주문을 확인할 수 없습니다. 이 화면에서 자동으로 다시 시도합니다.',
        'truth.ordered': '주문이 접수되었습니다. 결제를 마무리하고 있습니다.', 'truth.paid': '결제가 완료되었습니다. 대리점에서 곧 상품을 준비합니다.',
        'truth.leaves': '{item} 상품이 {time} 발송됩니다.', 'truth.leaving': '{item} 상품이 곧 발송됩니다.', 'truth.shipped': '{item} 상품이 {time}에 발송되었습니다.',
        'truth.delayed': '{item} 발송이 늦어지고 있습니다. 대리점에서 준비되는 대로 발송합니다.',
        'truth.cancelling': '주문을 취소 처리하고 있습니다. 결과는 이 화면에 자동으로 표시됩니다.', 'truth.cancelled': '주문이 취소되었습니다.',
        'truth.cancelled.at': '주문이 {time}에 취소되었습니다.', 'truth.cancelled.payment': '주문이 {time}에 취소되었습니다(결제 거절).',
        'money.none': '아직 결제된 금액이 없습니다.', 'money.unknown': '지금은 결제 상태를 확인할 수 없습니다.',
        'money.Authorised': '{time}에 {amount} 결제 승인을 받았습니다. 아직 최종 결제된 것은 아닙니다.', 'money.Completed': '{time}에 {amount}이 결제되었습니다.',
        'money.Refunding': '{amount}을 환불하고 있습니다. 카드사나 은행에 따라 며칠 걸릴 수 있습니다.', 'money.Refunded': '{time}에 {amount}을 환불했습니다. 카드사나 은행에 반영되기까지 며칠 걸릴 수 있습니다.', 'money.Refunded.plain': '{amount}을 환불했습니다.',
        'money.RefundFailed': '{amount}을 아직 환불해 드리지 못했습니다. 환불받으실 금액은 그대로 남아 있으며, 저희가 연락드리겠습니다.',
        'money.Voided': '{amount} 승인이 취소되어 결제되지 않았습니다.', 'money.Expired': '{amount} 승인이 만료되어 결제되지 않았습니다.',
        'plain.guest': '주문 확인 링크를 열려면 자바스크립트를 켜 주세요.',
        'plain.shop': '주문하려면 자바스크립트를 켜 주세요. 켜지 않아도 주문은 볼 수 있습니다. 주소 끝에 /orders/와 주문 번호를 붙여 열어 주세요.',
        'plain.list': '이 목록을 보려면 자바스크립트를 켜 주세요. 켜지 않아도 주문은 볼 수 있습니다. 주소 끝에 /orders/와 주문 번호를 붙여 열어 주세요.',
        'plain.dealer': '이 작업을 하려면 자바스크립트를 켜 주세요.', 'plain.order': '자바스크립트가 꺼져 있어 화면이 자동으로 업데이트되지 않으며, 여기서는 주문을 취소할 수 없습니다.', 'plain.reload': '최신 상태 보기',
        'plain.cancelling': '주문을 취소하는 중입니다.', 'plain.away': '지금은 주문을 확인할 수 없습니다. 잠시 후 다시 시도해 주세요.',
        'plain.refused': '주문을 볼 수 없습니다', 'plain.refused.text': '주문한 고객으로 로그인해 주세요.',
        'plain.login': '로그인하지 못했습니다', 'plain.login.text': '로그인 시간이 지났거나, 로그인이 취소되었거나, 그사이 다른 로그인이 시작되었습니다.',
        'plain.unavailable': '지금은 이용할 수 없습니다. 잠시 후 다시 시도해 주세요.', 'plain.many': '요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.',
        'sure.title': '{id}번 주문을 취소할까요?', 'sure.text': '{item} {qty}개를 취소합니다. 결제된 금액이 있으면 모두 환불해 드립니다.', 'sure.paid': '{item} {qty}개를 취소하고 {amount}을 환불해 드립니다.', 'sure.yes': '주문 취소하기', 'sure.no': '주문 유지하기',
        'cancel.done': '{id}번 주문이 취소되었습니다.', 'cancel.late': '방금 발송되어 취소할 수 없습니다', 'cancel.late.text': '상품이 배송 중이며, 주문과 결제는 그대로 유지됩니다.',
        'cancel.no': '주문을 취소할 수 없습니다', 'cancel.no.text': '주문과 결제는 그대로 유지됩니다.', 'cancel.busy': '취소하지 못했습니다', 'cancel.busy.text': '주문은 취소되지 않고 그대로 유지되고 있습니다. {seconds}초 후 다시 시도해 주세요.',
        'cancel.unsure': '주문 취소 결과를 확인하고 있습니다', 'cancel.unsure.text': '취소되면 결제 금액이 환불되고, 취소되지 않으면 주문이 그대로 진행됩니다. 결과는 이 화면에 자동으로 표시됩니다. 다시 취소하셔도 중복 처리되지 않습니다.',
        'stage.Ordered': '주문 접수', 'stage.Paid': '결제 완료', 'stage.Received': '상품 준비', 'stage.Shipped': '발송', 'stage.now': '진행 예정', 'stage.not': '예정', 'stage.never': '진행 안 됨',
        'status.Ordered': '주문 접수', 'status.Paid': '결제 완료', 'status.Shipped': '발송 완료', 'status.Cancelling': '취소 중', 'status.Delayed': '발송 지연', 'status.Cancelled': '취소 완료',
        'delivery.Received': '발송 대기', 'delivery.Paused': '보류', 'delivery.Held': '취소 중', 'delivery.Shipped': '발송 완료', 'delivery.Cancelled': '취소 완료',
        'event.Ordered': '주문 접수', 'event.PayCompleted': '결제 완료', 'event.OrderReceived': '상품 준비', 'event.Shipped': '발송 완료', 'event.CancellationRefused': '취소 불가',
        'event.LinkEnded': '주문 확인 링크 사용 중지', 'event.OrderAssigned': '계정에 추가됨', 'event.DeliveryPaused': '발송 지연', 'event.DeliveryResumed': '발송 재개', 'event.DeliveryCancelled': '발송 중지', 'event.OrderCancelled': '주문 취소', 'event.PayCancelled': '환불 완료', 'event.RefundFailed': '환불 실패',
        'dealer.title': '발송 관리', 'dealer.queues': '작업 목록', 'dealer.ship': '발송 대기', 'dealer.paused': '보류', 'dealer.held': '취소 중', 'dealer.shipped': '발송 완료', 'dealer.cancelled': '취소 완료', 'dealer.all': '전체',
        'dealer.none': '발송할 주문이 없습니다.', 'dealer.none.other': '해당하는 주문이 없습니다.', 'dealer.none.model': '이 모델의 주문이 없습니다.', 'dealer.none.found': '{id}번 주문의 발송 건이 없습니다. 결제가 끝나지 않은 주문은 아직 발송 건이 없습니다.',
        'dealer.due': '발송 기한 도래', 'dealer.left.Cancelled': '{id}번 주문이 취소되었습니다. 발송하지 마세요.', 'dealer.left.Held': '{id}번 주문은 취소 처리 중입니다. 발송하지 마세요.', 'dealer.left.Shipped': '{id}번 주문이 발송되었습니다.', 'dealer.left.Paused': '{id}번 주문이 보류되었습니다.', 'dealer.away': '지금은 대리점 시스템에 연결할 수 없습니다', 'dealer.away.text': '마지막 상태를 보여 드립니다. 이 화면에서 자동으로 다시 시도합니다.', 'dealer.away.empty': '이 화면에서 자동으로 다시 시도합니다.',
        'dealer.newest': '최근 {count}건', 'dealer.first': '발송 기한이 빠른 순 {count}건', 'dealer.count': '총 {count}건', 'dealer.more': '더 불러오기',
        'dealer.export': 'CSV로 내보내기', 'dealer.exporting': '내보내는 중… {count}건', 'dealer.exported': '{count}건을 내보냈습니다.', 'dealer.export.not': '내보내지 못했습니다.',
        'select.all': '모두 선택', 'select.one': '{id}번 주문 선택', 'select.count': '{count}건 선택됨', 'select.tools': '선택한 주문',
        'ship.selected': '발송', 'pause.selected': '보류', 'resume.selected': '보류 해제', 'slips.selected': '포장 명세서',
        'batch.title': '진행 상황', 'batch.running': '{all}건 중 {done}건 처리', 'batch.done': '{all}건 중 {good}건 완료', 'batch.failed': '{all}건 중 {good}건 완료, {bad}건 실패',
        'batch.stopped': '중지됨: {all}건 중 {good}건 완료. 나머지는 그대로입니다.', 'batch.stop': '중지', 'batch.close': '닫기', 'batch.busy': '위의 주문이 처리될 때까지 기다리거나 중지해 주세요.',
        'ship.now': '지금 발송', 'ship.busy': '발송 처리 중…', 'ship.done': '{id}번 주문을 발송했습니다.', 'ship.late': '{id}번 주문은 이미 발송되었습니다.', 'ship.late.at': '{id}번 주문은 {time}에 이미 발송되었습니다.',
        'ship.held': '{id}번 주문은 취소 처리 중입니다. 발송하지 마세요.', 'ship.cancelled': '{id}번 주문은 취소되어 발송하지 않습니다.', 'ship.paused': '{id}번 주문은 보류 중입니다. 먼저 보류를 해제해 주세요.',
        'ship.stopped': '{id}번 주문을 발송하지 못했습니다. 운영자가 허용할 때까지 아무것도 발송되지 않습니다.',
        'ship.not': '{id}번 주문을 발송하지 못했습니다.', 'ship.unsure': '{id}번 주문이 발송되었는지 아직 알 수 없습니다. 다시 시도해도 한 번만 발송됩니다.',
        'pause.now': '보류', 'pause.busy': '보류 처리 중…', 'pause.done': '{id}번 주문을 보류했습니다.', 'pause.not': '{id}번 주문을 보류하지 못했습니다.', 'pause.unsure': '{id}번 주문이 보류되었는지 아직 알 수 없습니다. 다시 시도해도 됩니다.',
        'pause.title': '{id}번 주문을 보류할까요?', 'pause.title.many': '주문 {count}건을 보류할까요?', 'pause.text': '보류를 해제할 때까지 발송되지 않습니다. 고객에게는 ‘발송 지연’으로만 표시되고 사유는 공개되지 않습니다.', 'pause.reason': '사유(대리점 내부용)', 'pause.yes': '보류하기', 'pause.no': '돌아가기',
        'pause.invalid': '사유를 200자 이내로 한 줄에 입력해 주세요.', 'pause.since': '{time}부터 보류',
        'resume.now': '보류 해제', 'resume.busy': '해제 처리 중…', 'resume.done': '{id}번 주문의 보류를 해제했습니다.', 'resume.not': '{id}번 주문의 보류를 해제하지 못했습니다.', 'resume.unsure': '{id}번 주문의 보류가 해제되었는지 아직 알 수 없습니다. 다시 시도해도 됩니다.',
        'slips.title': '포장 명세서', 'slips.back': '발송 관리', 'slips.print': '인쇄', 'slips.most': '포장 명세서는 한 번에 {count}장까지 인쇄할 수 있습니다.', 'slips.none': '먼저 주문을 선택한 다음 포장 명세서를 인쇄해 주세요.', 'slips.slip': '포장 명세서', 'slips.order': '주문 번호', 'slips.item': '상품', 'slips.qty': '수량', 'slips.by': '발송 기한', 'slips.packed': '포장 담당자',
        'slips.not': '포장 제외 주문', 'slips.missing': '{id}번 주문: 발송 건이 없습니다.', 'slips.status': '{id}번 주문: {status}', 'slips.refused': '{id}번 주문을 읽지 못했습니다.', 'slips.count': '총 {count}장',
        'bad.0': '인터넷에 연결되어 있지 않습니다. 연결 상태를 확인하고 다시 시도해 주세요.', 'bad.401': '로그인이 필요합니다.', 'bad.403': '이 계정에는 권한이 없습니다.', 'bad.404': '찾을 수 없습니다.', 'bad.429': '요청이 너무 많습니다. {seconds}초 후 다시 시도해 주세요.', 'bad.500': '일시적인 오류가 발생했습니다. 다시 시도해 주세요.', 'bad.503': '지금은 이용할 수 없습니다. {seconds}초 후 다시 시도해 주세요.', 'bad.other': '요청을 처리할 수 없습니다.', 'bad.title': '처리하지 못했습니다',
    },
};

const root = document.documentElement;
/** The attribute alone would not do: a browser that translates the page sets it to the language into which it translates. */
let chosen = root.lang in WORDS ? root.lang : 'en';

export const language = () => chosen;

export function speak(name) {
    chosen = name;
    root.lang = name;
}

export function say(key, values = {}) {
    const words = WORDS[language()];
    return (values.count === 1 && words[`${key}.one`] || (words[key] ?? key)).replace(/\{(\w+)}/g, (whole, name) =>
        name === 'count' ? values.count.toLocaleString(language()) : values[name] ?? '');
}

/** The label of a status; an unknown status is shown by its name in the API. */
export const sayOf = (kind, name) => WORDS[language()][`${kind}.${name}`] ?? name;

/** The text in all languages. */
export const sayInAll = key => Object.values(WORDS).map(words => words[key] ?? '');

/** Keeps a value in one line. */
const whole = text => text.replaceAll(' ', '\u00a0');

export const gigabytes = number => whole(number % 1024 ? `${number} GB` : `${number / 1024} TB`);

export function won(amount) {
    if (amount == null) {
        return '';
    }
    return language() === 'ko' ? `${amount.toLocaleString('ko')}원` : new Intl.NumberFormat('en', {style: 'currency', currency: 'KRW'}).format(amount);
}

const isToday = date => date.toDateString() === new Date().toDateString();

export function time(when) {
    if (!when) {
        return '';
    }
    const date = new Date(when);
    return new Intl.DateTimeFormat(language(), {timeStyle: 'medium', ...(isToday(date) ? {} : {dateStyle: 'medium'})}).format(date);
}

/** For paper, on which today is not known. */
export const dateAndTime = when => new Intl.DateTimeFormat(language(), {dateStyle: 'medium', timeStyle: 'short'}).format(new Date(when));

/** A future day: its weekday within a week, otherwise its date. */
export function day(when, now) {
    const date = new Date(when);
    const soon = date - now < 6 * 24 * 60 * 60_000;
    const words = new Intl.DateTimeFormat(language(), soon ? {weekday: 'long'} : {month: 'long', day: 'numeric'}).format(date);
    return language() === 'ko' ? `${words}에` : `on ${words}`;
}

const unit = (number, name) => new Intl.NumberFormat(language(), {style: 'unit', unit: name, unitDisplay: 'short'}).format(number);

export function span(seconds) {
    return seconds < 60 ? unit(seconds, 'second')
        : seconds < 600 ? `${unit(Math.floor(seconds / 60), 'minute')} ${unit(seconds % 60, 'second')}`
        : seconds < 7200 ? unit(Math.floor(seconds / 60), 'minute')
        : seconds < 48 * 3600 ? unit(Math.floor(seconds / 3600), 'hour')
        : unit(Math.floor(seconds / 86_400), 'day');
}
