"""Making the plan that somebody asked for."""

from console.services import plans, queue


@queue.app.task(name=queue.PREPARE_PLAN, max_retries=0)
def prepare_plan(plan_id: int) -> None:
    """Make the plan; it ends ready, refused or failed. A second delivery finds it taken."""
    plans.make(plan_id)
