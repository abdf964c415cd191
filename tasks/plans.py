"""Making the plan that somebody asked for."""

from console.models import PlanRecord
from console.services import plans, queue
from tasks import hints, slots


@queue.app.task(name=queue.PREPARE_PLAN, max_retries=0)
def prepare_plan(plan_id: int) -> None:
    """Make the plan; it ends ready, refused or failed. A second delivery finds it taken.

    Without a free slot it goes on waiting; the sweep sends it again.
    """
    if hints.row(PlanRecord, plan_id) is None:
        return
    with slots.place() as free:
        if free:
            plans.make(plan_id)
