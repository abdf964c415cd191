"""A plan's record: read back as it was made, or ended ready or failed, once."""

from django.db import transaction

from console.domain.checks import Refusal
from console.domain.plan import Membership, Plan
from console.models import Operation, PlanMailboxes, PlanRecord
from console.services.clock import database_now


def of(record: PlanRecord) -> Plan:
    """The plan of a ready record, with its hash verified. Raises `Refusal` when it is not what was made."""
    try:
        plan = Plan.from_json(record.body or {})
    except (ValueError, KeyError, TypeError) as error:
        raise _changed(record) from error
    if plan.hash != record.hash:
        raise _changed(record)
    return plan


def usable(record: PlanRecord) -> Plan:
    """The plan, ready, unexpired and as it was made. Raises `Refusal`."""
    again, about = "Make a new plan.", str(record.pk)
    if record.state == PlanRecord.State.PREPARING:
        raise Refusal.of(f"Plan {record.pk} is still being prepared.", "Wait for it.", key="plan.state", about=about)
    if record.state != PlanRecord.State.READY:
        text = f"Plan {record.pk} {_was(record.get_state_display())}."
        raise Refusal.of(text, f"{again} Its page says why.", key="plan.state", about=about)
    if record.expires_at is None or record.expires_at <= database_now():
        raise Refusal.of(
            f"Plan {record.pk} has expired: the cluster may no longer be what it was made for.",
            f"{again} It starts from what is true now.",
            key="plan.expired",
            about=about,
        )
    return of(record)


def _was(state: str) -> str:
    return state if state.startswith("could") else f"was {state}"


def shown(operation: Operation) -> Plan:
    """The plan of an operation for people: one that began by itself has none until a worker has made it.

    Raises `Refusal` when a plan that was made is not what it was.
    """
    record = operation.plan
    if record.body is not None or not operation.automatic:
        return of(record)
    membership = Membership("", 0, 0, "")
    begun = operation.confirmed_at
    return Plan(
        kind=operation.kind,
        cluster=record.cluster.name,
        cluster_id=record.cluster_id,
        source=operation.source,
        target=operation.target,
        created=begun,
        expires=operation.claim_before,
        steps=(),
        checks=(),
        membership=membership,
        structural={},
        controller="",
    )


def _changed(record: PlanRecord) -> Refusal:
    return Refusal.of(
        f"Plan {record.pk} is no longer what was made: its text and its hash differ.",
        "Make a new plan.",
        key="plan.hash",
        about=str(record.pk),
    )


def keep(record: PlanRecord, plan: Plan) -> None:
    """The plan is made; it is ready."""
    body = plan.to_json()
    with transaction.atomic():
        finish(
            record,
            PlanRecord.State.READY,
            body=body,
            hash=plan.hash,
            target=plan.target,
            expires_at=plan.expires,
        )


def fail(record: PlanRecord, message: str, remedy: str) -> bool:
    """The plan was not made, and will not be. False, and nothing, when its preparation had ended before."""
    with transaction.atomic():
        return finish(record, PlanRecord.State.FAILED, error={"message": message, "remedy": remedy})


def finish(record: PlanRecord, state: PlanRecord.State, **values: object) -> bool:
    """End the preparation, once; a list of mailboxes that came to nothing goes."""
    waiting = PlanRecord.objects.filter(pk=record.pk, state=PlanRecord.State.PREPARING)
    done = waiting.update(state=state, finished_at=database_now(), **values) == 1
    if done and state != PlanRecord.State.READY:
        PlanMailboxes.objects.filter(plan=record).delete()
    return done
