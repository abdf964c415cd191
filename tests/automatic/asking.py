"""Nodes that report, and workers that decide, without a lab: rows, verified events, and made-up sights."""

from collections.abc import Callable
from datetime import timedelta

from console.domain.hooks.messages import Answer, EventBody, VerifiedEvent
from console.domain.plan import Step
from console.models import Cluster, Go, Node, NodeRun, Operation, PlanRecord
from console.services import deciding, events, goes
from console.services.claiming import claim
from console.services.clock import database_now
from console.services.confirm import confirm
from console.services.deciding import Sight
from tests.automatic.sights import EX1, EX2, sight
from tests.services import making

WITH_GO = (*making.STEPS[:2], Step("go", "go", "Give the go", "bring-up"), making.STEPS[2])
RUNS = {EX1: "run-of-ex1-0123456789", EX2: "run-of-ex2-0123456789"}


def report(event: str, name: str = EX2, clp_event: str = "FAILOVER", run: str = "", detail: str = "") -> VerifiedEvent:
    """A verified report of that node."""
    node = Node.objects.get(name=name)
    body = EventBody(event, name, "TOKYO", "EXCHANGE", run or RUNS[name], clp_event, detail=detail)  # type: ignore[arg-type]
    return VerifiedEvent(body, name, node.pk, node.cluster_id, database_now(), "key-1", "127.0.0.1")


def tell(event: str, name: str = EX2, **more: str) -> Answer:
    """The node reports, and is answered."""
    return events.receive(report(event, name, **more))


def decided(name: str = EX2, look: Callable[[Cluster, str], Sight] | None = None) -> NodeRun:
    """The last question of that node, after a worker has decided about it."""
    run = NodeRun.objects.filter(node__name=name, first_event="starting").latest("pk")
    deciding.decide(run.pk, look or sight())
    run.refresh_from_db()
    return run


def planned(cluster: Cluster, kind: str = "failover") -> Operation:
    """A planned move under way that hands the group over to the scripts; its worker holds a lease."""
    operation = confirm(making.ready(cluster, kind, steps=WITH_GO), making.actor(), "maintenance")
    assert claim(operation.pk, "worker-1") is not None
    operation.refresh_from_db()
    return operation


def under_way(operation: Operation) -> Operation:
    """The operation, claimed by a worker."""
    assert claim(operation.pk, "worker-1") is not None
    operation.refresh_from_db()
    return operation


def give(operation: Operation, run: NodeRun, seconds: float = 120) -> Go:
    """The operation's worker gives the run its go."""
    return goes.give(run, operation.pk, operation.lease_token, seconds)


def past(seconds: float = 1) -> dict[str, object]:
    """Columns of a go that has expired."""
    return {"expires_at": database_now() - timedelta(seconds=seconds)}


def uncertain(cluster: Cluster) -> Operation:
    """A failover that ended uncertain and that nobody has looked into."""
    operation = planned(cluster)
    Operation.objects.filter(pk=operation.pk).update(status="uncertain", ended_at=database_now(), lease_until=None)
    operation.refresh_from_db()
    return operation


def plan_state(operation: Operation) -> str:
    """Whether its plan is made."""
    return PlanRecord.objects.get(pk=operation.plan_id).state
