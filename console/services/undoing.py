"""Taking an ended operation back: whether that may be asked for, what is planned from, and what came of it before."""

from datetime import timedelta

from console.domain import planner
from console.domain.checks import Refusal
from console.domain.events.facts import RunView
from console.domain.field import Field
from console.domain.plan import Plan, Step
from console.domain.planner import MailboxSink, Undone
from console.models import Operation, PlanRecord, ReceiptRecord
from console.models.operations import ACTING_KINDS, PROCEDURE_KINDS
from console.services import plan_records, runs
from console.services.receipts import StoredReceipts

KIND = "undo"
BEFORE = timedelta(hours=1)
"""How far before the operation a script may have asked that still waits: the question may have begun it."""


def why_not(operation: Operation) -> Refusal | None:
    """Why the operation cannot be taken back, or None: it has not ended, did nothing, or others built on it since."""
    about, name = str(operation.pk), f"Operation {operation.pk}"
    if operation.kind in PROCEDURE_KINDS:
        text = f"{name} is a set-up procedure, which is not taken back as a whole: people did most of it, in dialogs."
        remedy = (
            "Open its record: it says of each step that the console did what was there before, and where a copy lies. "
            "Take back by hand what shall not stay; node scripts are taken back on their own page."
        )
        return Refusal.of(text, remedy, key="undo.procedure", about=about)
    if operation.kind == planner.DIRECTORY_SWITCH:
        text = f"{name} only brought the directory to where the group was; before, it named no node as a whole."
        remedy = "Nothing needs to be taken back. To bring everything to the other node, plan a failover or a failback."
        return Refusal.of(text, remedy, key="undo.switch", about=about)
    if operation.plan.undoes is not None and operation.plan.undoes.kind == planner.REPAIR:
        text = f"{name} took a repair back; that is not taken back itself."
        return Refusal.of(text, "Diagnose the cluster, and repair it again.", key="undo.repair", about=about)
    if operation.open:
        text = f"{name} is {operation.get_status_display()}; only what has ended can be taken back."
        return Refusal.of(text, "Wait for its end, or ask it to stop.", key="undo.open", about=about)
    if not changed(operation):
        text = f"{name} changed nothing: there is nothing to take back."
        return Refusal.of(text, "Nothing to do.", key="undo.nothing", about=about)
    later = later_changes(operation)
    if later is None:
        return None
    return Refusal.of(
        f"Operation {later.pk} ({later.kind} to {later.target}) has changed {operation.cluster.name} since; taking "
        f"operation {operation.pk} back would undo parts of it.",
        f"Take operation {later.pk} back first, or plan a failover or failback: it starts from what is true now.",
        key="undo.later",
        about=str(later.pk),
    )


def why_stale(record: PlanRecord) -> Refusal | None:
    """Why the plan no longer takes everything back: the operation was carried on after it was made; or None."""
    operation = record.undoes
    if operation is None or operation.ended_at is None or operation.ended_at <= record.created_at:
        return None
    text = f"Operation {operation.pk} was carried on after this plan was made: it would take back only a part."
    return Refusal.of(text, "Ask for the undo again.", key="undo.stale", about=str(operation.pk))


def changed(operation: Operation) -> bool:
    """Whether the operation kept a receipt of anything, and so may have changed it."""
    return operation.kind in ACTING_KINDS and ReceiptRecord.objects.filter(operation=operation).exists()


def later_changes(operation: Operation) -> Operation | None:
    """The last operation on the cluster that changed something after this one, but for those that take it back."""
    later = Operation.objects.filter(cluster=operation.cluster_id, pk__gt=operation.pk, receipts__isnull=False)
    return later.exclude(plan__undoes=operation).order_by("-pk").first()


def undoing(operation: Operation) -> list[Operation]:
    """The operations that take this one back or took it back, the last one first."""
    return list(Operation.objects.filter(plan__undoes=operation).select_related("plan").order_by("-pk"))


def steps_of(operation: Operation) -> list[Step]:
    """The steps that left a receipt, in the plan's order: those down to which the operation can be taken back."""
    acted = set(ReceiptRecord.objects.filter(operation=operation).values_list("step", flat=True))
    return [step for step in plan_records.of(operation.plan).steps if step.key in acted]


def require_step(operation: Operation, first: str) -> None:
    """Raises `Refusal` unless `first` is empty or a step of the operation."""
    keys = [step.key for step in plan_records.of(operation.plan).steps]
    if first and first not in keys:
        text = f"Operation {operation.pk} has no step {first!r}."
        raise Refusal.of(text, f"Name one of: {', '.join(keys)}.", key="undo.from", about=str(operation.pk))


def undone(operation: Operation) -> Undone:
    """What an undo is planned from. Raises `Refusal` when the operation's plan is not what was made."""
    return Undone(operation.pk, plan_records.of(operation.plan), StoredReceipts(operation.pk))


def plan_of(record: PlanRecord, field: Field, sink: MailboxSink) -> Plan:
    """The plan that the record asks for, made now. Raises `Refusal`, `ChangeoverError`."""
    operation = record.undoes
    if operation is None:
        raise Refusal.of("The plan does not say which operation it takes back.", "Ask for the undo again.")
    refusal = why_not(operation)
    if refusal is not None:
        raise refusal

    def asks(node: str) -> RunView | None:
        found = runs.latest(record.cluster_id, node, operation.confirmed_at - BEFORE)
        return runs.view(found) if found else None

    return planner.make_undo(field, undone(operation), record.undo_from, sink, asks=asks)
