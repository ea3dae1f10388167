package phone82.app;

import phone82.platform.api.Problem;
import phone82.platform.repair.Repair;

import java.util.List;

/** Makes the watch over stuck orders send their events again at its next run. */
class StuckOrderRepair implements Repair {

    private final StuckOrders stuckOrders;

    StuckOrderRepair(StuckOrders stuckOrders) {
        this.stuckOrders = stuckOrders;
    }

    @Override
    public String name() {
        return "stuck-orders";
    }

    @Override
    public List<Item> waiting(int most) {
        return stuckOrders.waiting(most).stream().map(order -> new Item(String.valueOf(order.id()), String.valueOf(order.id()), null, order.orderedAt().toString(), null)).toList();
    }

    @Override
    public Result repair(String id) {
        if (id != null && !id.matches("\\d{1,18}")) {
            throw Problem.notFound("stuck order", id);
        }
        int asked = stuckOrders.askNow(id == null ? null : Long.valueOf(id));
        if (id != null && asked == 0) {
            throw Problem.notFound("stuck order", id);
        }
        return new Result(asked, 0, false);
    }
}
