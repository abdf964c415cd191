"""Diagnosing how Exchange is set up on a cluster's nodes: asked for, looked by a worker, kept, compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from console.domain.checks import Refusal
from console.domain.findings import Diagnosis, Finding, Severity
from console.domain.lease import LeaseLost
from console.domain.outcome import Ending
from console.domain.planner.diagnosis import KIND, make_diagnosis
from console.models import Cluster, DiagnosisRecord, Node, Operation, PlanRecord
from console.services import access, audit, findings, products, queue
from console.services.audit_actions import Action
from console.services.clock import database_now


def why_not(cluster: Cluster) -> Refusal | None:
    """Why there is nothing to diagnose on the cluster: to its product Exchange is no clustered server."""
    if not products.guided(cluster):
        return None
    product = products.product_of(cluster)
    return Refusal.of(
        f"{cluster.name} runs on {product.title}, for which Exchange is set up on each node as a server of its own: "
        "there are no cluster files, resource types or cluster logs of a set-up to look at.",
        "Its page shows how it stands; the set-up procedures prove what the guide asks for.",
        key="diagnose.product",
        about=cluster.name,
    )


def ask(cluster: Cluster, actor: audit.Actor, reason: str = "", *, send: bool = True) -> Operation:
    """Have the cluster diagnosed by a worker of its site: the operation, or the one that is under way.

    It only reads: it holds nothing and runs beside anything. Raises `NotAllowed`, and `Refusal` for a cluster whose
    product knows nothing of Exchange's set-up.
    """
    access.require(actor.user, "operate", cluster, KIND)
    if (refusal := why_not(cluster)) is not None:
        raise refusal
    with transaction.atomic():
        Cluster.objects.select_for_update().get(pk=cluster.pk)
        return under_way(cluster) or _open(cluster, actor, reason.strip(), send=send)


def under_way(cluster: Cluster) -> Operation | None:
    """The diagnosis that waits for a worker or runs, if there is one."""
    return Operation.objects.filter(cluster=cluster, kind=KIND, status__in=Operation.ACTING).first()


def _open(cluster: Cluster, actor: audit.Actor, reason: str, *, send: bool) -> Operation:
    """The operation, its plan and its audit record. Call it in a transaction."""
    now = database_now()
    nodes = {str(node.role): node.name for node in Node.objects.filter(cluster=cluster)}
    plan = make_diagnosis(cluster.name, cluster.pk, (nodes["primary"], nodes["standby"]), now)
    asked = {"created_by": actor.user, "created_by_name": actor.name, "origin": actor.origin}
    record = PlanRecord.objects.create(
        cluster=cluster,
        kind=KIND,
        target=plan.target,
        state=PlanRecord.State.READY,
        body=plan.to_json(),
        hash=plan.hash,
        created_at=now,
        finished_at=now,
        expires_at=plan.expires,
        **asked,
    )
    operation = Operation.objects.create(
        cluster=cluster,
        kind=KIND,
        source=plan.source,
        target=plan.target,
        plan=record,
        requested_by=actor.user,
        requested_by_name=actor.name,
        origin=actor.origin,
        reason=reason,
        confirmed_at=now,
        claim_before=now + timedelta(seconds=settings.CLAIM_WITHIN),
        steps_total=len(plan.steps),
    )
    if send:
        queue.send_after_commit(queue.RUN_OPERATION, operation.pk, queue.operations_queue(cluster.site.name))
    subject = audit.Subject("operation", operation.pk, KIND)
    audit.record(Action.DIAGNOSIS_ASKED, actor, subject, cluster=cluster, reason=reason)
    return operation


def keep(operation: Operation, token: int, found: Sequence[Diagnosis], ending: Ending) -> Ending:
    """Keep what the operation's steps diagnosed, and give its ending with what that came to.

    An operation that diagnosed nothing ends as it does. Raises `LeaseLost` when it is no longer ours.
    """
    if operation.kind != KIND or not found:
        return ending
    last = found[-1]
    counts = findings.counts(last.findings)
    with transaction.atomic():
        ours = Operation.objects.select_for_update().filter(pk=operation.pk, lease_token=token)
        if not ours.filter(status=Operation.Status.RUNNING).exists():
            raise LeaseLost(f"Operation {operation.pk} has gone on without this worker.")
        DiagnosisRecord.objects.update_or_create(
            operation=operation,
            defaults={
                "cluster": operation.cluster,
                "at": last.at,
                "body": last.to_json(),
                "errors": counts[Severity.ERROR],
                "warnings": counts[Severity.WARNING],
                "notes": counts[Severity.NOTE],
                "unread": len(last.unread),
            },
        )
    return replace(ending, summary=findings.in_short(last))


def latest(cluster: Cluster) -> DiagnosisRecord | None:
    """The last diagnosis of the cluster that came to an end."""
    return DiagnosisRecord.objects.filter(cluster=cluster).select_related("operation").first()


def before(record: DiagnosisRecord) -> DiagnosisRecord | None:
    """The one before it."""
    earlier = DiagnosisRecord.objects.filter(cluster=record.cluster_id, operation_id__lt=record.operation_id)
    return earlier.select_related("operation").first()


@dataclass(frozen=True)
class Changes:
    """How a diagnosis differs from the one before it."""

    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    open: tuple[Finding, ...]
    """Found before, and neither found nor looked at now: nobody knows whether they are mended."""


def compare(now: Diagnosis, then: Diagnosis) -> Changes:
    """What is new, what is gone, and what can no longer be told."""
    known, found = {_same(one) for one in then.findings}, {_same(one) for one in now.findings}
    unread = {gap.node for gap in now.unread}
    if unread:
        unread.add("")  # what is of the whole cluster is read on its nodes
    left = [one for one in then.findings if _same(one) not in found]
    return Changes(
        new=tuple(one for one in now.findings if _same(one) not in known),
        gone=tuple(one for one in left if one.node not in unread),
        open=tuple(one for one in left if one.node in unread),
    )


def _same(one: Finding) -> tuple[str, str, str]:
    """What makes two findings the same one."""
    return one.code, one.node.casefold(), one.about.casefold()
