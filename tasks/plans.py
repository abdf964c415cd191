"""Making the plan that somebody asked for."""

import structlog

from console.models import PlanRecord
from console.services import plans, queue
from tasks import slots

log = structlog.get_logger(__name__)


@queue.app.task(name=queue.PREPARE_PLAN, max_retries=0)
def prepare_plan(plan_id: int) -> None:
    """Make the plan; it ends ready, refused or failed. A second delivery finds it taken.

    Without a free slot it goes on waiting; the sweep sends it again.
    """
    if not PlanRecord.objects.filter(pk=plan_id).exists():
        log.error("a message names a plan that there is not", plan=plan_id)
        return
    with slots.place() as free:
        if free:
            plans.make(plan_id)
