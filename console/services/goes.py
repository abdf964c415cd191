"""Goes: given under an operation's lease, fetched by the node's next question, ended once; one at most in a cluster."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from console.domain.events.runs import GoHeld
from console.domain.lease import LeaseLost
from console.models import Cluster, Go, NodeRun, Operation
from console.services.clock import database_now


def give(run: NodeRun, operation_id: int, token: int, valid_seconds: float) -> Go:
    """Give `run` its go; one that it has and that has not expired is kept.

    Raises `LeaseLost` when the operation is no longer the caller's, so that who lost it cannot let anybody start;
    `GoHeld` when another run of the cluster has an unexpired go, or this one was told no.
    """
    with transaction.atomic():
        cluster = Cluster.objects.select_for_update().get(pk=run.node.cluster_id)
        ours = Operation.objects.select_for_update().filter(
            pk=operation_id, status=Operation.Status.RUNNING, lease_token=token
        )
        if not ours.exists():
            raise LeaseLost(f"Operation {operation_id} is no longer this worker's.")
        expire(cluster.pk)
        run.refresh_from_db()
        standing = current(cluster.pk)
        if standing is not None and standing.run_id == run.pk:
            return standing
        if standing is not None:
            name = standing.run.node.name
            raise GoHeld(f"{name} has a go until {standing.expires_at:%T} UTC; there is one at most.")
        if run.answer == NodeRun.Answer.NO:
            raise GoHeld(f"The run {run.run_id} was told no: {run.reason}", remedy="Start the group again.")
        now = database_now()
        until = now + timedelta(seconds=valid_seconds)
        go = Go.objects.create(cluster=cluster, run=run, operation_id=operation_id, given_at=now, expires_at=until)
        NodeRun.objects.filter(pk=run.pk).update(answer=NodeRun.Answer.GO, reason="", operation_id=operation_id)
        return go


def current(cluster_id: int) -> Go | None:
    """The go of the cluster that has not ended."""
    return Go.objects.select_related("run__node").filter(cluster_id=cluster_id, ended_at__isnull=True).first()


def fetch(run: NodeRun) -> Go | None:
    """The go that the run's node may act on now, noted as fetched; None when there is none.

    The condition of the update decides between a node that asks and an operation that withdraws.
    """
    now = database_now()
    valid = Go.objects.filter(run=run, ended_at__isnull=True, expires_at__gt=now)
    valid.filter(fetched_at__isnull=True).update(fetched_at=now)
    return valid.filter(fetched_at__isnull=False).first()


def expire(cluster_id: int | None = None) -> int:
    """End the goes whose time has passed, in one cluster or in all; how many that were."""
    now = database_now()
    over = Go.objects.filter(ended_at__isnull=True, expires_at__lte=now)
    if cluster_id is not None:
        over = over.filter(cluster_id=cluster_id)
    return over.update(ended_at=now, ended_how=Go.Ended.EXPIRED)


def finish(run: NodeRun, how: Go.Ended) -> None:
    """The script has said how it went: its go has served."""
    Go.objects.filter(run=run, ended_at__isnull=True).update(ended_at=database_now(), ended_how=how)


def finish_all(node_id: int, how: Go.Ended) -> None:
    """The node stops Exchange: whatever go it has is over."""
    Go.objects.filter(run__node_id=node_id, ended_at__isnull=True).update(ended_at=database_now(), ended_how=how)


def withdraw(run: NodeRun, reason: str) -> bool:
    """Tell the run no from now on, and end its go; false, and nothing, when its node has fetched the go already."""
    with transaction.atomic():
        Cluster.objects.select_for_update().get(pk=run.node.cluster_id)
        if Go.objects.filter(run=run, fetched_at__isnull=False).exists():
            return False
        unfetched = Go.objects.filter(run=run, ended_at__isnull=True, fetched_at__isnull=True)
        unfetched.update(ended_at=database_now(), ended_how=Go.Ended.WITHDRAWN)
        if Go.objects.filter(run=run, fetched_at__isnull=False).exists():
            return False  # fetched between the two looks: the node acts on it
        open_run = Q(answer__in=(NodeRun.Answer.WAIT, NodeRun.Answer.GO)) & Q(started_at__isnull=True)
        NodeRun.objects.filter(open_run, pk=run.pk).update(answer=NodeRun.Answer.NO, reason=reason, decide_after=None)
        return True
