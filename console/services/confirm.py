"""Saying yes to a plan: the one door through which an operation comes into being."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from console.domain.checks import Reason, Refusal
from console.domain.plan import Plan
from console.domain.planner import DIRECTORY_SWITCH
from console.models import Approval, Cluster, Operation, PlanRecord
from console.models.operations import PROCEDURE_KINDS
from console.services import (
    access,
    approval_override,
    approval_renewal,
    approvals,
    audit,
    brakes,
    plan_records,
    queue,
    reasons,
    reservations,
    resting,
    undoing,
    windows,
)
from console.services.audit_actions import Action
from console.services.clock import database_now

CONFIRMED = {
    "failover": Action.FAILOVER_CONFIRMED,
    "failback": Action.FAILBACK_CONFIRMED,
    "takeover": Action.TAKEOVER_CONFIRMED,
    "undo": Action.UNDO_CONFIRMED,
    DIRECTORY_SWITCH: Action.SWITCH_CONFIRMED,
    "repair": Action.REPAIR_CONFIRMED,
    **dict.fromkeys(PROCEDURE_KINDS, Action.SETUP_CONFIRMED),
}


@dataclass(frozen=True)
class Said:
    """What a person says to a plan."""

    reason: str
    typed: str = ""
    accepted: frozenset[str] = frozenset()
    sentence: str = ""
    ticket: str = ""
    emergency: str | None = None
    """What was typed to go without an approval; None where nobody wants to."""


def sentence_of(plan: Plan) -> str:
    """The sentence that has to be typed word for word; empty where a plain confirmation is enough."""
    if plan.past_no_return:
        return f"Exchange on {plan.source} may be stopped"
    if plan.by_force:
        return f"{plan.cluster} does not serve mail as it should"
    return f"{plan.source} is down" if plan.kind == "takeover" else ""


def confirm(
    record: PlanRecord,
    actor: audit.Actor,
    reason: str,
    *,
    typed: str = "",
    accepted: Collection[str] = (),
    sentence: str = "",
    ticket: str = "",
    emergency: str | None = None,
) -> Operation:
    """The operation that carries the plan out, queued for a worker of its site.

    `typed` is the cluster's name where the plan asks for it, `accepted` the keys of the checks that could not be
    told and are accepted, `sentence` what `sentence_of` asks for. `emergency`, what `approval_override.sentence_of`
    asks for, starts a plan without the approval that it needs, and without the `ticket` that its cluster asks for:
    that may be given later. Confirming a plan twice, or a plan of the kind and
    target that is already under way, gives the operation that there is. Raises `NotAllowed`, and `Refusal` with
    every reason why not; a refusal is in the audit too.
    """
    access.require(actor.user, "operate", record.cluster, record.kind)
    try:
        approval_renewal.compared(record)
        emergency = None if emergency is None else " ".join(emergency.split())
        typed, sentence = typed.strip(), " ".join(sentence.split())
        said = Said(reason.strip(), typed, frozenset(accepted), sentence, reasons.tidy(ticket), emergency)
        return _confirm(record.pk, actor, said)
    except Refusal as refusal:
        with transaction.atomic():
            subject = audit.Subject("plan", record.pk, record.kind)
            audit.record(
                Action.OPERATION_REFUSED,
                actor,
                subject,
                cluster=record.cluster,
                reason=reason.strip(),
                after=refusal.to_json(),
            )
        raise


def _confirm(plan_id: int, actor: audit.Actor, said: Said) -> Operation:
    try:
        with transaction.atomic():
            record = PlanRecord.objects.select_related("cluster__site").get(pk=plan_id)
            # Everybody who wants something of this cluster passes here one after the other.
            Cluster.objects.select_for_update().get(pk=record.cluster_id)
            found = _standing(record)
            return found or _open(record, actor, said)
    except IntegrityError as error:
        # A writer that does not take the lock came first: the constraint has the last word.
        found = _standing(record)
        if found is None:
            raise Refusal.of(
                f"Something else began on {record.cluster.name} at this moment.",
                "Look at the cluster's page, then make a new plan.",
                key="reservation.acting",
            ) from error
        return found


def _standing(record: PlanRecord) -> Operation | None:
    """The operation that already is what the plan asks for. Raises `Refusal` when another holds the cluster."""
    same = Operation.objects.filter(plan=record).first()
    same = same or _same_open(record)
    if same is None and (held := _why_held(record)) is not None:
        raise held
    return same


def _same_open(record: PlanRecord) -> Operation | None:
    """The open operation when it is the one asked for: an undo of the same operation, a repair of the same findings."""
    found = reservations.already_open(record.cluster, record.kind, record.target)
    if found is None or found.plan.undoes_id != record.undoes_id:
        return None
    return found if found.plan.asked == record.asked else None


def _why_held(record: PlanRecord) -> Refusal | None:
    cluster, kind = record.cluster, record.kind
    held = reservations.why_held(cluster, kind, record.target) or brakes.why_not(cluster, kind)
    held = held or windows.why_not(cluster, kind)
    if held is None and record.undoes is not None:
        held = undoing.why_not(record.undoes) or undoing.why_stale(record)
    return held


def _open(record: PlanRecord, actor: audit.Actor, said: Said) -> Operation:
    plan = plan_records.usable(record)
    approval = _approved(record, actor, said)
    ticket = None if said.emergency is not None else said.ticket
    lacking = [*_missing(plan, said), *reasons.missing(record.cluster, plan.kind, said.reason, ticket)]
    if lacking:
        raise Refusal(f"The {plan.kind} of {plan.cluster} is not confirmed yet.", lacking)
    urgent = plan.kind in reservations.NEVER_HELD_UP
    before = resting.give_way(record.cluster, plan.kind, plan.target) if urgent else None
    operation = _operation(record, plan, actor, said)
    resting.supersede(before, operation)
    if urgent and (waiting := reservations.unacknowledged(record.cluster)):
        Operation.objects.filter(pk=waiting.pk).update(superseded_by=operation)
    site = record.cluster.site.name
    urgency = queue.urgency_of(plan.kind)
    queue.send_after_commit(queue.RUN_OPERATION, operation.pk, queue.operations_queue(site), urgency=urgency)
    after = {"plan": plan.hash, "source": plan.source, "target": plan.target, "accepted": sorted(said.accepted)}
    after |= {"ticket": said.ticket} if said.ticket else {}
    after |= _settled(record, operation, approval, actor, said)
    subject = audit.Subject("operation", operation.pk, plan.kind)
    audit.record(CONFIRMED[plan.kind], actor, subject, cluster=record.cluster, reason=said.reason, after=after)
    return operation


def _approved(record: PlanRecord, actor: audit.Actor, said: Said) -> Approval | None:
    """The approval by which the plan is started, if it has one. Raises `Refusal` when it needs one and has not."""
    if said.emergency is None:
        refusal = approvals.why_not_yet(record, actor.user)
    else:
        refusal = approval_override.why_not(actor.user, record)
    if refusal is not None:
        raise refusal
    found = approvals.of(record)
    return found if found is not None and found.open else None


def _settled(
    record: PlanRecord, operation: Operation, approval: Approval | None, actor: audit.Actor, said: Said
) -> dict[str, Any]:
    """What becomes of approvals now that the operation begins, for the audit of its confirmation."""
    told: dict[str, Any] = {}
    if said.emergency is not None:
        approval_override.declare(record, operation, actor, said.reason)
        told["approved by"] = "nobody: an emergency"
    elif approval is not None:
        approvals.use(approval, operation)
        told["approved by"] = ", ".join(vote.by_name for vote in approvals.counted(approval))
    approvals.give_way(operation)
    approval_override.tell_afterwards(operation, actor)
    return told


def _operation(record: PlanRecord, plan: Plan, actor: audit.Actor, said: Said) -> Operation:
    now = database_now()
    return Operation.objects.create(
        cluster=record.cluster,
        kind=plan.kind,
        source=plan.source,
        target=plan.target,
        plan=record,
        requested_by=actor.user,
        requested_by_name=actor.name,
        origin=actor.origin,
        reason=said.reason,
        ticket=said.ticket,
        confirmed_at=now,
        claim_before=now + timedelta(seconds=settings.CLAIM_WITHIN),
        steps_total=len(plan.steps),
        assigned_to=actor.user if plan.kind in PROCEDURE_KINDS else None,
        assigned_to_name=actor.name if plan.kind in PROCEDURE_KINDS else "",
    )


def _missing(plan: Plan, said: Said) -> list[Reason]:
    """What the person has not said yet, all of it."""
    missing = []
    if not said.reason:
        remedy = "Say in a few words why; it goes to the audit."
        missing.append(Reason("No reason was given.", remedy, "confirm.reason"))
    if said.emergency is not None:
        missing += approval_override.missing(plan, said.typed, said.emergency)
    elif plan.typed_confirmation and said.typed != plan.cluster:
        missing.append(Reason("The cluster's name was not typed.", f"Type {plan.cluster} to confirm.", "confirm.typed"))
    if said.sentence.rstrip(".").casefold() != sentence_of(plan).casefold() and sentence_of(plan):
        remedy = f"Make sure of it, then type: {sentence_of(plan)}"
        missing.append(Reason("The sentence that this plan asks for was not typed.", remedy, "confirm.sentence"))
    for check in plan.unknowns:
        if check.key not in said.accepted:
            remedy = f"{check.remedy} Or accept {check.key} as unknown.".strip()
            missing.append(Reason(f"{check.title}: {check.reason}", remedy, check.key, check.about))
    return missing
