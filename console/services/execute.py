"""Carrying an operation out: claimed once, performed under its lease, ended in one transaction."""

import structlog
from django.db.models import Q

from console.domain.lease import LeaseLost
from console.models import Operation
from console.services import outages, upkeep
from console.services.endings import end
from console.services.engine import Perform, perform
from console.services.lease import LeaseKeeper, claim

log = structlog.get_logger(__name__)


def execute(operation_id: int, worker: str, do: Perform = perform) -> bool:
    """Carry the operation out to its ending; true when this worker did.

    False when there was nothing to take: it is claimed, over, or unknown (a second delivery), or its time to be
    claimed has passed, in which case it is expired; or when another worker took it over on the way.
    """
    lease = claim(operation_id, worker)
    if lease is None:
        upkeep.expire_unclaimed(operation_id)
        return False
    operation = Operation.objects.select_related("cluster__site", "plan").get(pk=operation_id)
    log.info("operation begins", operation=operation_id, kind=operation.kind, cluster=operation.cluster.name)
    try:
        with LeaseKeeper(lease) as keeper:
            outages.carry_over(operation)
            ending = do(operation, lease.token, keeper)
            end(operation_id, ending, only_if=Q(lease_token=lease.token, status=Operation.Status.RUNNING))
    except LeaseLost:
        log.warning("lease lost", operation=operation_id, token=lease.token)
        return False
    log.info("operation ended", operation=operation_id, status=ending.status.value, summary=ending.summary)
    return True
