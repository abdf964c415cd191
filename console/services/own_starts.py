"""A start by the cluster product that a procedure had asked it for: nobody needs to look into it afterwards."""

from console.models import Operation, ReceiptRecord
from console.services import audit, reservations
from console.services.audit_actions import Action
from console.services.clock import database_now

STARTED = "setup.group.start"
"""The kind of the step by which a procedure has the cluster product start the group."""
BY = audit.SYSTEM


def acknowledge(operation: Operation) -> None:
    """Acknowledge a `start` that ended well and answers what a procedure under way had begun; leave any other alone.

    Call it in the transaction that ends the operation.
    """
    procedure = _asked_by(operation)
    if procedure is None:
        return
    note = f"The set-up procedure, operation {procedure.pk}, had the group started."
    columns = {"acknowledged_at": database_now(), "acknowledged_by": BY.name, "acknowledge_note": note}
    Operation.objects.filter(pk=operation.pk).update(**columns)
    subject = audit.Subject("operation", operation.pk, operation.kind)
    audit.record(Action.OPERATION_ACKNOWLEDGED, BY, subject, cluster=operation.cluster, reason=note)


def _asked_by(operation: Operation) -> Operation | None:
    """The procedure that stands at the step whose command brought the group up on that node, if one does."""
    if operation.kind != "start" or not operation.automatic:
        return None
    procedure = reservations.procedure(operation.cluster)
    if procedure is None:
        return None
    step = procedure.waiting_step or procedure.current_step
    begun = ReceiptRecord.objects.filter(operation=procedure, kind=STARTED, step=step, at__lte=operation.confirmed_at)
    last = begun.order_by("-number").first()
    return procedure if last is not None and last.params.get("node") == operation.target else None
