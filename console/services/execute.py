"""Carrying an operation out: claimed or taken over, performed under its lease, ended in one transaction."""

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import Q
from structlog.contextvars import bound_contextvars

from console.domain.lease import LeaseLost
from console.models import Operation
from console.services import outages, upkeep
from console.services.claiming import claim
from console.services.endings import end
from console.services.engine import Perform, perform
from console.services.lease import Lease, LeaseKeeper

log = structlog.get_logger(__name__)


def execute(operation_id: int, worker: str, do: Perform = perform) -> bool:
    """Carry the operation out to its ending; true when this worker did.

    One whose worker fell silent is taken over and carried on. False when there was nothing to take: it is held, over,
    or unknown (a second delivery), or its time to be claimed has passed, in which case it is expired; or when another
    worker took it over on the way, or the database went away, in which case a worker takes it over later.
    """
    lease = claim(operation_id, worker)
    if lease is None:
        upkeep.expire_unclaimed(operation_id)
        return False
    operation = Operation.objects.select_related("cluster__site", "plan").get(pk=operation_id)
    with bound_contextvars(operation=operation_id, cluster=operation.cluster.name):
        return _carry_out(operation, lease, do)


def _carry_out(operation: Operation, lease: Lease, do: Perform) -> bool:
    log.info("operation begins", kind=operation.kind, fence=lease.token, resumed=lease.resumed)
    keeper = LeaseKeeper(lease)
    try:
        with keeper:
            outages.carry_over(operation)
            ending = do(operation, lease.token, keeper)
            ours = Q(lease_token=lease.token, lease_owner=lease.owner, status=Operation.Status.RUNNING)
            end(operation.pk, ending, only_if=ours)
    except LeaseLost as error:
        log.warning("lease lost", fence=lease.token, step=keeper.step, why=error.message)
        return False
    except (OperationalError, InterfaceError) as error:
        log.error("database lost", fence=lease.token, step=keeper.step, why=str(error))
        return False
    log.info("operation ended", status=ending.status.value, summary=ending.summary)
    return True
