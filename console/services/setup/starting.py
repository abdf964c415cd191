"""Beginning a procedure: planned like any operation, confirmed like any; one that is under way is that one."""

from console.domain.checks import Reason, Refusal
from console.domain.errors import ChangeoverError
from console.domain.procedures.kinds import KINDS
from console.models import Cluster, Operation, PlanRecord
from console.services import access, audit, plans, procedures, reservations
from console.services.confirm import confirm


def prepare(cluster: Cluster, key: str, actor: audit.Actor, *, send: bool = True) -> PlanRecord:
    """Ask for the plan of the procedure `key`; a worker makes it, or the caller by `plans.make` when `send` is false.

    It is shown and confirmed like any plan. Raises `NotAllowed`, and `Refusal` for a procedure that there is not, or
    of another generation of Exchange.
    """
    procedure = procedures.require_fitting(cluster, key)
    return plans.prepare_procedure(cluster, KINDS[procedure.key], actor, send=send)


def start(cluster: Cluster, key: str, actor: audit.Actor, reason: str) -> Operation:
    """Plan the procedure here and now, and confirm it: the operation, queued for a worker, or the one under way.

    Raises `NotAllowed`, `Refusal` with every reason why not, and `ChangeoverError` when it cannot be planned.
    """
    procedure = procedures.require_fitting(cluster, key)
    access.require(actor.user, "operate", cluster, KINDS[procedure.key])
    found = reservations.already_open(cluster, KINDS[procedure.key])
    if found is not None:
        return found
    record = plans.make(prepare(cluster, key, actor, send=False).pk)
    if record.state == PlanRecord.State.REFUSED:
        raw = record.refusal or {}
        raise Refusal(raw["headline"], [Reason(**reason) for reason in raw["reasons"]])
    if record.state != PlanRecord.State.READY:
        error = record.error or {}
        raise ChangeoverError(error.get("message", "The plan is not ready."), remedy=error.get("remedy"))
    return confirm(record, actor, reason)


def under_way(cluster: Cluster) -> Operation | None:
    """The procedure that acts or rests on the cluster, if one does."""
    return reservations.procedure(cluster)
