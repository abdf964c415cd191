"""Plans: asked for, made by reading the cluster, and kept with their hash, or with every reason why not."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from structlog.contextvars import bound_contextvars

from console.domain.checks import Reason, Refusal
from console.domain.errors import ChangeoverError
from console.domain.plan import Plan
from console.domain.planner import DIRECTORY_SWITCH, REPAIR
from console.models import Cluster, Node, Operation, PlanRecord
from console.models.operations import PROCEDURE_KINDS
from console.services import (
    access,
    approval_renewal,
    approval_rules,
    approvals,
    audit,
    brakes,
    diagnosing,
    findings,
    plan_records,
    queue,
    reservations,
    undoing,
    windows,
)
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.engine import make_plan
from console.services.mailbox_slices import SliceWriter
from console.services.plan_records import of

KINDS = ("failover", "failback", "takeover", DIRECTORY_SWITCH)
"""The kinds of operation that a person can ask a plan for by a cluster and a target; an undo names an operation."""

Planner = Callable[[PlanRecord, SliceWriter], Plan]

__all__ = [
    "KINDS",
    "fail_overdue",
    "find_cluster",
    "fresh",
    "make",
    "of",
    "prepare",
    "prepare_again",
    "prepare_procedure",
    "prepare_repair",
    "prepare_undo",
]

log = structlog.get_logger(__name__)


def find_cluster(name: str, user: access.Account) -> Cluster:
    """The cluster called `name`, whatever its case. Raises `Refusal` naming those that `user` may see."""
    seen = access.visible_clusters(user)
    found = seen.filter(name__iexact=name.strip()).first()
    if found is None:
        known = ", ".join(seen.order_by("name").values_list("name", flat=True)[:20])
        remedy = f"Name one of: {known}." if known else "Add it first: manage.py inventory apply FILE.yaml."
        raise Refusal.of(f"The inventory has no cluster called {name!r}.", remedy, key="request.cluster")
    return found


def prepare(cluster: Cluster, kind: str, target: str, actor: audit.Actor, *, send: bool = True) -> PlanRecord:
    """Ask for a plan; a worker of the cluster's site makes it, or the caller by `make` when `send` is false.

    `target` is a node's name, or empty for the one that `kind` leads to by design. Raises `NotAllowed`, and
    `Refusal` for a kind or target that there is not. A procedure, by its kind, leads to the primary node.
    """
    access.require(actor.user, "operate", cluster, kind or access.ANY_KIND)
    if kind in PROCEDURE_KINDS and not target:
        return prepare_procedure(cluster, kind, actor, send=send)
    return _ask(cluster, kind, _target(cluster, kind, target), actor, send=send)


def prepare_procedure(cluster: Cluster, kind: str, actor: audit.Actor, *, send: bool = True) -> PlanRecord:
    """Ask for the plan of a set-up procedure, by its kind of operation. Raises `NotAllowed`."""
    access.require(actor.user, "operate", cluster, kind)
    node = Node.objects.get(cluster=cluster, role=Node.Role.PRIMARY).name
    return _ask(cluster, kind, node, actor, send=send)


def prepare_undo(operation: Operation, first: str, actor: audit.Actor, *, send: bool = True) -> PlanRecord:
    """Ask for the plan that takes an ended operation back, down to the step `first` (empty: all of it).

    Raises `NotAllowed`, and `Refusal` for an operation that cannot be taken back.
    """
    access.require(actor.user, "operate", operation.cluster, undoing.KIND)
    refusal = undoing.why_not(operation)
    if refusal is not None:
        raise refusal
    first = first.strip()
    undoing.require_step(operation, first)
    return _ask(operation.cluster, undoing.KIND, "", actor, send=send, undoes=operation, undo_from=first)


def prepare_repair(
    cluster: Cluster, codes: Collection[str], source: str, actor: audit.Actor, *, send: bool = True
) -> PlanRecord:
    """Ask for the plan that repairs findings of these kinds, of all that can be repaired when there are none.

    `source` is the folder on the nodes with Exchange's installation files, for those that copy some. Raises
    `NotAllowed`, and `Refusal` for a cluster that is not diagnosed, and for a kind that there is not.
    """
    access.require(actor.user, "operate", cluster, REPAIR)
    if (refusal := diagnosing.why_not(cluster) or findings.why_not_repairable(codes)) is not None:
        raise refusal
    return _ask(cluster, REPAIR, "", actor, send=send, asked={"codes": sorted(codes), "source": source.strip()})


def prepare_again(record: PlanRecord, actor: audit.Actor, *, send: bool = True) -> PlanRecord:
    """Ask for the same plan anew; where an approval of it stands, the new one is held against what was approved.

    Raises `NotAllowed`, and `Refusal` for an undo of what cannot be taken back any more.
    """
    access.require(actor.user, "operate", record.cluster, record.kind)
    if record.undoes is not None and (refusal := undoing.why_not(record.undoes)) is not None:
        raise refusal
    approval = approvals.of(record)
    approved = approval.plan if approval is not None and approvals.is_live(approval) else None
    columns = {"undoes": record.undoes, "undo_from": record.undo_from, "asked": record.asked, "renews": approved}
    return _ask(record.cluster, record.kind, record.target, actor, send=send, **columns)


def _ask(cluster: Cluster, kind: str, node: str, actor: audit.Actor, *, send: bool, **columns: Any) -> PlanRecord:
    """The record of a plan that is asked for, and its audit, in one transaction.

    Who has an approval of just that has it compared with this plan, which it then stands for.
    """
    now = database_now()
    with transaction.atomic():
        if "renews" not in columns:
            columns["renews"] = approvals.asked_before(cluster, kind, node, actor.user, columns)
        record = PlanRecord.objects.create(
            cluster=cluster,
            kind=kind,
            target=node,
            created_at=now,
            prepare_before=now + timedelta(seconds=settings.PLAN_WITHIN),
            created_by=actor.user,
            created_by_name=actor.name,
            origin=actor.origin,
            **columns,
        )
        if send:
            site = cluster.site.name
            queue.send_after_commit(queue.PREPARE_PLAN, record.pk, queue.observation_queue(site))
        subject = audit.Subject("plan", record.pk, kind)
        after = {"kind": kind, "target": node, **record.asked}
        if record.renews is not None:
            after["approved as plan"] = record.renews.pk
        if record.undoes is not None:
            after |= {"undoes": str(record.undoes.pk), "from": record.undo_from}
        audit.record(Action.PLAN_ASKED, actor, subject, cluster=cluster, after=after)
    return record


def make(plan_id: int, planner: Planner = make_plan) -> PlanRecord:
    """Make the plan that was asked for and return its record: ready, refused or failed, never left in between.

    A second delivery of the same id finds it taken and changes nothing. Raises `PlanRecord.DoesNotExist`.
    """
    if not _claim(plan_id):
        return fresh(plan_id)
    record = PlanRecord.objects.select_related("cluster__site").get(pk=plan_id)
    with bound_contextvars(plan=plan_id, cluster=record.cluster.name):
        _make(record, planner)
    return fresh(plan_id)


def _make(record: PlanRecord, planner: Planner) -> None:
    try:
        cluster, kind = record.cluster, record.kind
        held = reservations.why_held(cluster, kind, record.target) or brakes.why_not(cluster, kind)
        if approval_rules.rule_for(cluster, kind) is None:  # else it is approved before its window opens
            held = held or windows.why_not(cluster, kind)
        if held is not None:
            raise held
        plan_records.keep(record, planner(record, SliceWriter(record)))
        approval_renewal.compared(fresh(record.pk))
    except Refusal as refusal:
        _refused(record, refusal)
    except ChangeoverError as error:
        plan_records.fail(record, error.message, error.remedy)
    except Exception as error:
        log.exception("plan could not be made")
        what = f"The plan could not be made: an unexpected {type(error).__name__}."
        plan_records.fail(
            record, what, "Try once more; if it comes again, report it with the worker's log of this minute."
        )


def fresh(plan_id: int) -> PlanRecord:
    """The record as it stands now; one that outlived its deadline in preparation has failed by this look.

    Raises `PlanRecord.DoesNotExist`.
    """
    record = PlanRecord.objects.select_related("cluster__site").get(pk=plan_id)
    if record.state == PlanRecord.State.PREPARING and fail_overdue(plan_id):
        record.refresh_from_db()
    return record


def fail_overdue(plan_id: int | None = None) -> int:
    """Fail the plans (or that one) whose deadline passed while they were being prepared; how many that were."""
    overdue = PlanRecord.objects.filter(state=PlanRecord.State.PREPARING, prepare_before__lt=database_now())
    count = 0
    for record in overdue if plan_id is None else overdue.filter(pk=plan_id):
        if record.claimed_at is None:
            what = f"No worker of the site {record.cluster.site.name} took this plan up."
            remedy = "Start a worker for that site, or look at its log; then ask for the plan again."
        else:
            what = "The worker that was making this plan did not finish in time."
            remedy = "Look at the worker's log and at the nodes; then ask for the plan again."
        count += plan_records.fail(record, what, remedy)
    return count


def _target(cluster: Cluster, kind: str, target: str) -> str:
    """The target's name as the inventory writes it; the one that `kind` leads to when none is named."""
    reasons = []
    if kind not in KINDS:
        reasons.append(Reason(f"There is no kind of operation {kind!r}.", f"Name one of: {', '.join(KINDS)}."))
    nodes = {node.name.casefold(): node for node in Node.objects.filter(cluster=cluster)}
    named = nodes.get(target.strip().casefold())
    names = " and ".join(sorted(node.name for node in nodes.values())) or "none"
    if target.strip() and named is None:
        reasons.append(Reason(f"{cluster.name} has no node {target!r}.", f"Its nodes are {names}; name one of them."))
    if named is None and kind == "takeover":
        reasons.append(Reason("A takeover must name its target.", f"Its nodes are {names}; name the one that lives."))
    if named is not None and kind == "failback" and named.role != Node.Role.PRIMARY:
        reasons.append(
            Reason(f"A failback leads to the primary node, and {named.name} is not it.", "Ask for a failover instead.")
        )
    if reasons:
        raise Refusal(f"No plan can be made for {cluster.name}.", reasons)
    if named is None and kind == DIRECTORY_SWITCH:
        return ""  # whichever node has the group
    role = Node.Role.STANDBY if kind == "failover" else Node.Role.PRIMARY
    return named.name if named else next((node.name for node in nodes.values() if node.role == role), "")


def _claim(plan_id: int) -> bool:
    now = database_now()
    waiting = PlanRecord.objects.filter(pk=plan_id, state=PlanRecord.State.PREPARING, claimed_at__isnull=True)
    return waiting.filter(prepare_before__gt=now).update(claimed_at=now) == 1


def _refused(record: PlanRecord, refusal: Refusal) -> None:
    with transaction.atomic():
        if plan_records.finish(record, PlanRecord.State.REFUSED, refusal=refusal.to_json()):
            audit.record(
                Action.OPERATION_REFUSED,
                _asker(record),
                audit.Subject("plan", record.pk, record.kind),
                cluster=record.cluster,
                after=refusal.to_json(),
            )


def _asker(record: PlanRecord) -> audit.Actor:
    if record.created_by is None:
        return audit.SYSTEM
    return audit.Actor(record.created_by, record.created_by_name, audit.AuditRecord.Origin(record.origin))
